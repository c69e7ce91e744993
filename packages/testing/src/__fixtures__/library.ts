// A small product behind a real edge, for what tests edges from outside.
import { Readable } from "node:stream";
import { AppError, defineTransfer, OrganizationIdSchema, pageInput, pageOf, resumeInput, SessionIdSchema, UserIdSchema, type UserCaller } from "@coder/shared";
import { createEdge, createRateLimiter, createServiceTokens, handleTransfer, type TransferBinding } from "@coder/shared/server";
import { liveOf, procedure, router } from "@coder/shared/trpc";
import type { AnyRouter } from "@trpc/server";
import { z } from "zod";
import { silentLogger } from "../silent-logger.ts";

const BookSchema = z.object({ id: z.uuid(), title: z.string(), year: z.number().int(), kind: z.enum(["novel", "poem"]) }).meta({ id: "Book" });

export const libraryRouter = router({
  add: procedure
    .meta({ permission: "library.book.write", openapi: { method: "POST", path: "/books" } })
    .input(z.strictObject({ title: z.string().min(1).max(50), year: z.number().int().min(0).max(3000), kind: z.enum(["novel", "poem"]), tags: z.array(z.string().max(10)).max(3).optional() }))
    .output(BookSchema)
    .mutation(({ input }) => ({ id: crypto.randomUUID(), ...input })),
  read: procedure
    .meta({ permission: "library.book.read", openapi: { method: "GET", path: "/books/{id}" } })
    .input(z.object({ id: z.uuid(), loud: z.boolean().optional(), since: z.iso.datetime().optional() }))
    .output(BookSchema)
    .query(({ input }) => {
      throw new AppError("not_found", "book_not_found", "No such book.", { remedy: "Look at the list.", details: { id: input.id } });
    }),
  list: procedure
    .meta({ permission: "library.book.read", openapi: { method: "GET", path: "/books" } })
    .input(z.object({ ...pageInput, kind: z.enum(["novel", "poem"]).optional() }))
    .output(pageOf(BookSchema))
    .query(() => ({ items: [], nextCursor: null })),
  remove: procedure
    .meta({ permission: "library.book.write", openapi: { method: "DELETE", path: "/books/{id}" } })
    .input(z.object({ id: z.uuid() }))
    .output(z.void())
    .mutation(() => undefined),
  follow: procedure
    .meta({ permission: "library.book.read" })
    .input(z.object({ ...resumeInput, kind: z.enum(["novel", "poem"]) }))
    .output(liveOf(BookSchema))
    .subscription(async function* () {
      yield { id: "0-1", gap: true as const };
    }),
  hours: procedure
    .meta({ public: true, openapi: { method: "GET", path: "/books/hours" } })
    .output(z.object({ open: z.boolean() }))
    .query(() => ({ open: true })),
});

const cover = { path: "/books/{id}/cover" as const, input: z.object({ id: z.uuid(), width: z.number().int().min(1).max(4000).optional() }) };
export const putCover = defineTransfer({ method: "PUT", permission: "library.book.write", ...cover, output: z.object({ bytes: z.number() }) });
export const getCover = defineTransfer({ method: "GET", permission: "library.book.read", ...cover });

export const libraryTransfers: readonly TransferBinding[] = [
  handleTransfer(putCover, {
    maxBytes: () => 1_000,
    handle: async ({ body }) => ({ bytes: (await body.reduce((bytes: number, chunk: Buffer) => bytes + chunk.length, 0)) }),
  }),
  handleTransfer(getCover, async () => ({ contentType: "image/png", fileName: "cover.png", content: { size: 4, read: (from, to) => Readable.from([Buffer.from("\x89PNG", "latin1").subarray(from, to + 1)]) } })),
];

function person(number: number): UserCaller {
  const id = (kind: number) => `0190f5fe-7c00-7a00-8a00-0000000${kind}000${number}`;
  return { kind: "user", userId: UserIdSchema.parse(id(1)), organizationId: OrganizationIdSchema.parse(id(2)), sessionId: SessionIdSchema.parse(id(3)) };
}

const PERSONS: Readonly<Record<string, UserCaller>> = { librarian: person(1), reader: person(2) };
const HELD: Readonly<Record<string, readonly string[]>> = { librarian: ["library.book.read", "library.book.write"], reader: ["library.book.read"] };

export function holds(name: string, permission: string): boolean {
  return HELD[name]?.includes(permission) ?? false;
}

/** The name of a person is their session's token. */
export async function startLibrary(library: AnyRouter = libraryRouter, transfers: readonly TransferBinding[] = libraryTransfers) {
  const rateLimiter = createRateLimiter({ redisUrl: null, log: silentLogger });
  const edge = createEdge({
    router: router({ library }),
    transfers: transfers.map((binding) => ({ name: binding.definition.method === "GET" ? "library.getCover" : "library.putCover", definition: binding.definition, binding })),
    apiBases: ["/api/v1/books"],
    config: {
      server: { host: "127.0.0.1", port: 0, publicUrl: null, trustedProxies: [], bodyLimitBytes: 100_000, drainSeconds: 1, gatewayUrl: null, webUrl: null },
      secrets: { session: "s".repeat(32), serviceToken: "t".repeat(32) },
    },
    log: silentLogger,
    sessions: { resolve: async (token) => PERSONS[token] ?? null },
    serviceTokens: createServiceTokens({ secret: "t".repeat(32), log: silentLogger }),
    createContext: (facts) => ({
      ...facts,
      log: silentLogger,
      service: () => {
        throw new Error("The library has no service");
      },
      permissions: { allows: async ({ userId }, permission) => holds(Object.keys(PERSONS).find((name) => PERSONS[name]?.userId === userId) ?? "", permission) },
      audit: { begin: async () => ({ complete: async () => {} }) },
      rateLimiter,
      defaultRateLimit: { limit: 100_000, windowSeconds: 60, by: "caller" },
    }),
    readiness: async () => ({ ready: true, checks: {} }),
    openApiInfo: { title: "Library", version: "1" },
  });
  return { edge, url: (await edge.listen()).url };
}
