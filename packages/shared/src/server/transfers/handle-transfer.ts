import type { Readable } from "node:stream";
import { TRPCError } from "@trpc/server";
import type { z } from "zod";
import type { Caller } from "../../caller.ts";
import type { Connection } from "../../trpc/context.ts";
import type { DownloadDefinition, TransferDefinition, UploadDefinition } from "../../define-transfer.ts";

export interface DownloadContext<Input> {
  readonly caller: Caller;
  readonly input: Input;
  /** Aborts when whoever asked has gone. */
  readonly signal: AbortSignal;
}

export interface UploadContext<Input> extends DownloadContext<Input> {
  /** Fails with an `AppError` when the client leaves, stops sending or sends more than is allowed. */
  readonly body: Readable;
  /** What the client says; null when it does not. Never more than is allowed. */
  readonly length: number | null;
}

/** Content that can be read from any place: a download that broke off goes on where it was. */
export interface SeekableContent {
  readonly size: number;
  /** Both ends belong to the range, as in HTTP. */
  read(from: number, to: number): Readable;
}

export interface Download {
  readonly contentType: string;
  /** What the browser offers to save it as. Any text is fine. */
  readonly fileName: string;
  /** Names exactly this content, without quotes: a client that continues a download with `If-Range` gets the rest of it or another one whole, never a mixture. */
  readonly etag?: string;
  readonly content: Readable | SeekableContent;
}

export interface UploadHandler<Input, Output> {
  /** How large an upload may be now. Asked for each one. */
  readonly maxBytes: (caller: Caller) => number;
  readonly handle: (context: UploadContext<Input>) => Promise<Output>;
}

/** The bytes of one call, as the edge has them. */
export interface TransferWire {
  /** The upload, limited to that many bytes. Called once, after all that may refuse the call. */
  receive(maxBytes: number): { readonly body: Readable; readonly length: number | null };
  /** The `Range` header of a download. */
  readonly range: string | undefined;
}

/** What a process answers for another that passes it on: a range is cut there, where the content is. */
export interface PassedAnswer {
  readonly passed: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly content: Readable };
}

export interface TransferCall {
  readonly caller: Caller;
  /** As it stood in the URL. */
  readonly input: unknown;
  readonly signal: AbortSignal;
  readonly connection: Connection;
  readonly wire: TransferWire;
}

/** A transfer and who answers it. */
export interface TransferBinding {
  readonly definition: TransferDefinition;
  /** Resolves with the JSON answer of an upload, or what a download sends. */
  readonly run: (call: TransferCall) => Promise<unknown>;
}

/** Binds a transfer to its handler, in a module's `setup`. */
export function handleTransfer<Input extends z.ZodObject>(
  definition: DownloadDefinition<Input>,
  handle: (context: DownloadContext<z.output<Input>>) => Promise<Download>,
): TransferBinding;
export function handleTransfer<Input extends z.ZodObject, Output extends z.ZodType>(
  definition: UploadDefinition<Input, Output>,
  handler: UploadHandler<z.output<Input>, z.input<Output>>,
): TransferBinding;
export function handleTransfer<Input extends z.ZodObject, Output extends z.ZodType>(
  definition: DownloadDefinition<Input> | UploadDefinition<Input, Output>,
  handler: ((context: DownloadContext<z.output<Input>>) => Promise<Download>) | UploadHandler<z.output<Input>, z.input<Output>>,
): TransferBinding {
  if (definition.method === "GET" && typeof handler === "function") {
    return { definition, run: ({ caller, input, signal }) => handler({ caller, input: parsed(definition.input, input), signal }) };
  }
  if (definition.method === "GET" || typeof handler === "function") throw new Error(`${definition.method} ${definition.path} is bound to the handler of another kind of transfer`);
  return {
    definition,
    run: async ({ caller, input, signal, wire }) => {
      const fields = parsed(definition.input, input);
      return definition.output.parse(await handler.handle({ caller, input: fields, signal, ...wire.receive(handler.maxBytes(caller)) }));
    },
  };
}

function parsed<Input extends z.ZodType>(schema: Input, input: unknown): z.output<Input> {
  const { data, error } = schema.safeParse(input);
  if (error) throw new TRPCError({ code: "BAD_REQUEST", cause: error });
  return data;
}
