import { AppError, AppErrorDataSchema, transferPath, type DownloadDefinition, type UploadDefinition } from "@coder/shared";
import { z } from "zod";
import { clientError, headersOf, type CoderClientOptions } from "./client-options.ts";

type UploadBody = Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>;

/** What a program does with transfers. Rejects with `AppError` and nothing else. */
export interface TransferClient {
  /** Sends bytes and resolves with the answer. */
  upload<Input extends z.ZodObject, Output extends z.ZodType>(
    definition: UploadDefinition<Input, Output>,
    input: z.input<Input>,
    body: UploadBody,
    options?: { readonly signal?: AbortSignal },
  ): Promise<z.output<Output>>;
  /** Resolves with the answer's head; its body is read as it comes. `from` goes on where a download broke off, where the source allows it (status 206). */
  download<Input extends z.ZodObject>(
    definition: DownloadDefinition<Input>,
    input: z.input<Input>,
    options?: { readonly signal?: AbortSignal; readonly from?: number },
  ): Promise<Response>;
}

const ErrorAnswerSchema = z.object({ error: AppErrorDataSchema });

/** The part of the public client for bytes: `transfers.upload(workspaceTransfers.importArchive, { … }, bytes)`. */
export function createTransferClient(options: Omit<CoderClientOptions, "fetch">): TransferClient {
  const { url } = options;
  const ask = async (path: string, init: RequestInit): Promise<Response> => {
    const response = await fetch(new URL(path, url), { ...init, headers: { ...headersOf(options), ...Object.fromEntries(new Headers(init.headers)) } }).catch((error: unknown) => {
      throw clientError(error, url);
    });
    if (response.ok) return response;
    const { data } = ErrorAnswerSchema.safeParse(await response.json().catch(() => null));
    throw data ? AppError.fromJSON(data.error) : clientError(new Error(`Answer ${response.status} is not one of ours`), url);
  };
  return {
    upload: async (definition, input, body, { signal } = {}) => {
      const response = await ask(transferPath(definition, input), {
        method: definition.method,
        headers: { "content-type": "application/octet-stream" },
        body,
        duplex: "half",
        signal: signal ?? null,
      });
      return definition.output.parse(await response.json());
    },
    download: (definition, input, { signal, from } = {}) =>
      ask(transferPath(definition, input), { headers: from === undefined ? {} : { range: `bytes=${from}-` }, signal: signal ?? null }),
  };
}
