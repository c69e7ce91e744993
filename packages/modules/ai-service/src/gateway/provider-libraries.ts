import type Anthropic from "@anthropic-ai/sdk";
import type { ClientOptions as AnthropicOptions } from "@anthropic-ai/sdk";
import type { EndpointKind } from "@coder/api/ai-service";
import type { Fetch } from "@coder/shared/server";
import type OpenAI from "openai";
import type { ClientOptions as OpenAiOptions } from "openai";

/** Where a provider sends its requests, and how. */
export interface Connection {
  readonly url: string;
  readonly apiKey: string | null;
  readonly fetch: Fetch;
  readonly timeoutMs: number;
}

/** What both libraries throw: the answer's status and headers, where there was an answer. */
type LibraryError = Error & { readonly status: number | undefined; readonly headers: Headers | undefined };
type ErrorClass = abstract new (...args: never) => LibraryError;
interface ILibrary {
  readonly APIError: ErrorClass;
  readonly APIConnectionError: ErrorClass;
}

const loaded = new Set<ILibrary>();
const openAi = async () => noted(await import("openai"));
const anthropic = async () => noted(await import("@anthropic-ai/sdk"));

function noted<Library extends ILibrary>(library: Library): Library {
  loaded.add(library);
  return library;
}

/** Loads what asks endpoints of a kind, unless that is done: most installations ask one kind, or none, and each library takes tens of megabytes. */
export async function loadLibrary(kind: EndpointKind): Promise<void> {
  await (kind === "anthropic" ? anthropic() : openAi());
}

export async function openAiClient(options: OpenAiOptions): Promise<OpenAI> {
  return new (await openAi()).default(options);
}

export async function anthropicClient(options: AnthropicOptions): Promise<Anthropic> {
  return new (await anthropic()).default(options);
}

/** What a library threw; null for anybody else's error. `lost`: the connection failed. */
export function libraryErrorOf(error: unknown): { readonly error: Error; readonly status: number | null; readonly headers: Headers | null; readonly lost: boolean } | null {
  for (const { APIError, APIConnectionError } of loaded) {
    if (error instanceof APIError) return { error, status: error.status ?? null, headers: error.headers ?? null, lost: error instanceof APIConnectionError };
  }
  return null;
}
