import { PrismaPg } from "@prisma/adapter-pg";
import type pg from "pg";
import { z } from "zod";

/** The calls on a generated Prisma client that the repository makes. The generated types are not used: models are known by name only. */
export interface PrismaDelegate {
  findMany(args: object): Promise<unknown[]>;
  count(args: object): Promise<number>;
  groupBy(args: object): Promise<unknown[]>;
  createMany(args: object): Promise<{ count: number }>;
  create(args: object): Promise<unknown>;
  updateMany(args: object): Promise<{ count: number }>;
  updateManyAndReturn(args: object): Promise<unknown[]>;
  delete(args: object): Promise<unknown>;
  deleteMany(args: object): Promise<{ count: number }>;
}

export interface PrismaConnection {
  delegate(model: string): PrismaDelegate;
  disconnect(): Promise<void>;
}

/** Prisma's markers for the two kinds of null that a JSON column knows. */
export interface PrismaNulls {
  readonly DbNull: unknown;
  readonly JsonNull: unknown;
  readonly AnyNull: unknown;
}

export interface PrismaModule {
  readonly nulls: PrismaNulls;
  connect(pool: pg.Pool): PrismaConnection;
}

interface GeneratedClient {
  $disconnect(): Promise<void>;
}

const GeneratedModule = z.object({
  PrismaClient: z.custom<new (options: { adapter: PrismaPg }) => GeneratedClient>((value) => typeof value === "function"),
  Prisma: z.object({ DbNull: z.unknown(), JsonNull: z.unknown(), AnyNull: z.unknown() }),
});

/** Where `npm run gen` puts the client of the product's own schema. */
export const GENERATED_CLIENT = new URL("../../generated/prisma/client.ts", import.meta.url);

/** Loads a generated client at run time, so that types and walls do not depend on generated files. */
export async function loadPrisma(location: URL): Promise<PrismaModule> {
  const { PrismaClient, Prisma } = GeneratedModule.parse(await import(location.href));
  return { nulls: Prisma, connect: (pool) => connectionOf(new PrismaClient({ adapter: new PrismaPg(pool) })) };
}

function connectionOf(client: GeneratedClient): PrismaConnection {
  return {
    delegate: (model) => delegateOf(client, model),
    disconnect: () => client.$disconnect(),
  };
}

function delegateOf(client: object, model: string): PrismaDelegate {
  const delegate: unknown = Reflect.get(client, model);
  if (!isDelegate(delegate)) throw new Error(`The Prisma schema has no model ${model}, or the client is older than the schema: run npm run gen`);
  return delegate;
}

function isDelegate(value: unknown): value is PrismaDelegate {
  return typeof value === "object" && value !== null && "findMany" in value;
}

/** `AuditLog` is reached as `client.auditLog`. */
export function delegateName(model: string): string {
  return model.charAt(0).toLowerCase() + model.slice(1);
}
