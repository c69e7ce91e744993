import type Anthropic from "@anthropic-ai/sdk";
import type { ClientOptions as AnthropicOptions } from "@anthropic-ai/sdk";
import type OpenAI from "openai";
import type { ClientOptions as OpenAiOptions } from "openai";

/** What both libraries throw: the answer's status and headers, where there was an answer. */
type LibraryError = Error & { readonly status: number | undefined; readonly headers: Headers | undefined };
type ErrorClass = abstract new (...args: never) => LibraryError;
interface ILibrary {
  readonly APIError: ErrorClass;
  readonly APIConnectionError: ErrorClass;
}

const loaded = new Set<ILibrary>();

/** A client of OpenAI's library, which is loaded with the first: most installations ask one kind of endpoint, or none, and each library takes tens of megabytes. */
export async function openAiClient(options: OpenAiOptions): Promise<OpenAI> {
  const library = await import("openai");
  loaded.add(library);
  return new library.default(options);
}

/** The same of Anthropic's. */
export async function anthropicClient(options: AnthropicOptions): Promise<Anthropic> {
  const library = await import("@anthropic-ai/sdk");
  loaded.add(library);
  return new library.default(options);
}

/** What a library threw; null for anybody else's error. `lost`: the connection failed. */
export function libraryErrorOf(error: unknown): { readonly error: Error; readonly status: number | null; readonly headers: Headers | null; readonly lost: boolean } | null {
  for (const { APIError, APIConnectionError } of loaded) {
    if (error instanceof APIError) return { error, status: error.status ?? null, headers: error.headers ?? null, lost: error instanceof APIConnectionError };
  }
  return null;
}
