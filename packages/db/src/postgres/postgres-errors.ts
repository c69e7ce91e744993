import { AppError, isAppError } from "@coder/shared";
import { isConnectionLoss } from "@coder/shared/server";
import { z } from "zod";
import { TENANT_FIELD, type EntityDescriptor } from "../entity.ts";
import { alreadyExists, wrongTenant } from "../errors.ts";
import { columnOf } from "./columns.ts";

const PrismaError = z.object({
  code: z.string().optional(),
  meta: z.object({ driverAdapterError: z.object({ cause: z.object({ originalCode: z.string().optional(), kind: z.string().optional(), constraint: z.object({ index: z.string().optional() }).optional() }) }).optional() }).optional(),
});

export interface DatabaseFault {
  /** SQLSTATE where the server gave one, else Prisma's or Node's code. */
  readonly code: string;
  readonly constraint: string;
}

/** What the server or the driver said, whatever Prisma wrapped around it. */
export function faultOf(error: unknown): DatabaseFault {
  const cause = PrismaError.safeParse(error).data?.meta?.driverAdapterError?.cause;
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  const constraint = error instanceof Error && "constraint" in error && typeof error.constraint === "string" ? error.constraint : "";
  return { code: cause?.originalCode ?? code, constraint: cause?.constraint?.index ?? constraint };
}

/** The write was done before, under the same key. */
export function isKeyTaken(error: unknown): boolean {
  const { code, constraint } = faultOf(error);
  return code === "23505" && constraint === "kernel_once_keys_pkey";
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Prisma found no row to delete. */
export function isNothingFound(error: unknown): boolean {
  return faultOf(error).code === "P2025";
}

/** The transaction lost against another one and may simply be repeated. */
export function isRepeatable(error: unknown): boolean {
  return ["40001", "40P01", "P2034"].includes(faultOf(error).code);
}

/** Prisma's own words for a database that is away. */
const LOST_TO_PRISMA = ["P1001", "P1002", "P1008", "P1017", "P2024", "P2037"];

function isLost(error: unknown): boolean {
  const { code } = faultOf(error);
  return LOST_TO_PRISMA.includes(code) || isConnectionLoss({ code, message: textOf(error) });
}

/** Turns what the database said into what a person can act on. Unexpected faults pass unchanged: they are ours to mend. */
export function toAppError(error: unknown, entity: EntityDescriptor | null): unknown {
  if (isAppError(error)) return error;
  if (isLost(error)) return databaseUnavailable(error);
  const { code, constraint } = faultOf(error);
  switch (code) {
    case "23505":
    case "P2002":
      return entity ? alreadyExists(entity, takenFields(entity, constraint)) : error;
    case "42501":
      return entity && /row-level security/.test(textOf(error)) ? wrongTenant(entity) : error;
    case "40001":
    case "40P01":
    case "P2034":
      return new AppError("conflict", "conflict", "Several changes of the same entries met.", { remedy: "Repeat the change.", cause: error });
    case "53100":
    case "53200":
      return new AppError("unavailable", "storage_full", "The database cannot store any more: its disk or memory is full.", {
        remedy: "Free space on the database's disk. What was confirmed before is kept; repeat the change afterwards.",
        cause: error,
      });
    case "57014":
    case "55P03":
    case "P2028":
      return new AppError("timeout", "database_timeout", "The database took too long to answer.", { remedy: "Try again; ask for less at once if it happens again.", cause: error });
    case "22001":
    case "22003":
    case "22021":
    case "22P02":
    case "22P05":
    case "23502":
      return new AppError("invalid", "invalid_value", "The database cannot store one of these values.", { remedy: "Correct the value: it is too large or holds characters that are no text.", cause: error });
    default:
      return error;
  }
}

export function databaseUnavailable(cause: unknown): AppError {
  return new AppError("unavailable", "database_unavailable", "The database does not answer. If you were saving something, it may or may not be stored.", {
    remedy: "Try again in a moment and look whether the change is there. The health page says more.",
    cause,
  });
}

/** Which of the entity's unique sets an index stands for, by the columns in its name. */
function takenFields(entity: EntityDescriptor, index: string): readonly string[] {
  if (index.endsWith("_pkey")) return ["id"];
  const tenant = TENANT_FIELD[entity.tenancy];
  const rest = index.slice(entity.table.length).replace(tenant ? `_${columnOf(tenant)}_` : "_", "_");
  return entity.unique?.find((fields) => rest.startsWith(`_${fields.map(columnOf).join("_")}_key`)) ?? [];
}
