// A product of transfers: bytes go in and come out, and everything that happened is there to look at.
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { AppError } from "../../../app-error.ts";
import { defineTransfer } from "../../../define-transfer.ts";
import { procedure, router } from "../../../trpc/procedure.ts";
import { handleTransfer, type TransferBinding } from "../../transfers/handle-transfer.ts";
import type { ServedTransfer } from "../transfers/answer-transfer.ts";

export const MAX_UPLOAD = 200_000;
/** What is downloaded: each byte tells where it stands. */
export const CONTENT = Buffer.from(Array.from({ length: 1_000 }, (_, at) => at % 251));

const boxId = { box: z.string().max(40) } as const;

export const vaultTransfers = {
  store: defineTransfer({
    method: "PUT", path: "/vault/{box}", permission: "vault.box.write", tags: ["vault"], summary: "Store bytes",
    input: z.object({ ...boxId, note: z.string().max(20).optional(), days: z.number().int().min(1).default(7), do: z.enum(["read", "leave", "wrap", "wait"]).default("read") }),
    output: z.object({ bytes: z.number(), sha256: z.string(), length: z.number().nullable(), note: z.string().nullable(), days: z.number() }),
    audit: { describe: ({ output }) => ({ target: { type: "box", id: "b1" }, details: { ok: output !== null } }) },
  }),
  fetch: defineTransfer({
    method: "GET", path: "/vault/{box}", permission: "vault.box.read", tags: ["vault"], summary: "Fetch bytes",
    input: z.object({ ...boxId, as: z.enum(["file", "stream", "empty", "broken", "endless"]).default("file"), name: z.string().default("plan.txt"), type: z.string().default("text/plain; charset=utf-8") }),
  }),
} as const;

export interface VaultEvents {
  /** How each upload ended for its handler. */
  readonly ended: Promise<string>[];
  /** Resolved when an upload's handler has begun to read. */
  readonly reading: PromiseWithResolvers<void>;
  /** Streams that were opened to be sent. */
  readonly opened: Readable[];
  readonly release: PromiseWithResolvers<void>;
}

export function vaultProduct(): VaultEvents & { readonly router: ReturnType<typeof emptyRouter>; readonly bindings: readonly TransferBinding[]; readonly transfers: readonly ServedTransfer[] } {
  const events: VaultEvents = { ended: [], reading: Promise.withResolvers(), opened: [], release: Promise.withResolvers() };
  const opened = (stream: Readable) => {
    events.opened.push(stream);
    return stream;
  };
  const store = handleTransfer(vaultTransfers.store, {
    maxBytes: () => MAX_UPLOAD,
    handle: async ({ input, body, length, signal }) => {
      if (input.do === "leave") throw new AppError("conflict", "box_full", "The box is full.", { remedy: "Take another." });
      if (input.do === "wait") await events.release.promise;
      const hash = createHash("sha256");
      let bytes = 0;
      const read = pipeline(body, async (source: AsyncIterable<Buffer>) => {
        for await (const chunk of source) {
          events.reading.resolve();
          bytes += chunk.length;
          hash.update(chunk);
        }
      });
      events.ended.push(read.then(() => "whole", (error: unknown) => `${error instanceof AppError ? error.code : String(error)}${signal.aborted ? " aborted" : ""}`));
      await (input.do === "wrap" ? read.catch((cause: unknown) => Promise.reject(new Error("The archive is truncated", { cause }))) : read);
      return { bytes, sha256: hash.digest("hex"), length, note: input.note ?? null, days: input.days };
    },
  });
  const fetch = handleTransfer(vaultTransfers.fetch, async ({ input: { box, as, name, type } }) => {
    if (box === "none") throw new AppError("not_found", "box_not_found", "There is no such box.", { remedy: "Look at the list." });
    const seekable = (content: Buffer) => ({ size: content.length, read: (from: number, to: number) => opened(Readable.from([content.subarray(from, to + 1)])) });
    const content = {
      file: () => seekable(CONTENT),
      empty: () => seekable(Buffer.alloc(0)),
      stream: () => opened(Readable.from([CONTENT.subarray(0, 500), CONTENT.subarray(500)])),
      broken: () => opened(Readable.from((async function* () {
        yield CONTENT;
        throw new Error("The disk has gone");
      })())),
      endless: () => opened(Readable.from((function* () {
        for (;;) yield CONTENT;
      })())),
    }[as]();
    return { contentType: type, fileName: name, content, ...(as === "file" ? { etag: "v1" } : {}) };
  });
  return { ...events, router: emptyRouter(), bindings: [store, fetch], transfers: [{ name: "vault.store", definition: vaultTransfers.store, binding: store }, { name: "vault.fetch", definition: vaultTransfers.fetch, binding: fetch }] };
}

function emptyRouter() {
  return router({ vault: router({ open: procedure.meta({ public: true, openapi: { method: "GET", path: "/vault" } }).output(z.object({})).query(() => ({})) }) });
}
