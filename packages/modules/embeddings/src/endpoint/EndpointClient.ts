import { isAppError, type AppError } from "@coder/shared";
import { notedFetch, type GuardedFetchOptions, type RequestOutcome, type Settle } from "@coder/shared/server";
import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from "openai";
import { z } from "zod";
import type { EndpointConfig } from "../config.ts";
import { egressNotes, type EgressClient, type Errand } from "./egress.ts";
import {
  dimensionMismatch, endpointBusy, endpointFailed, endpointMalformed, endpointNotFound, endpointNotSet, endpointPrivate, endpointRejected, endpointSilent, endpointUnauthorized, endpointUnreachable,
} from "../errors.ts";

const AnswerSchema = z.object({ data: z.array(z.object({ index: z.int().optional(), embedding: z.array(z.number()).min(1) })) });
/** Some models refuse an empty text. */
const NOTHING = " ";
/** More than the largest batch of embeddings takes. */
const MAX_ANSWER_BYTES = 64 * 1024 ** 2;

export interface EmbedOptions {
  readonly errand: Errand;
  /** How many secrets were left out of the texts. */
  readonly secrets?: number;
  readonly signal: AbortSignal;
  readonly timeoutSeconds: number;
  /** How often a request is sent again that failed for now. The waits in between grow, vary, and heed `Retry-After`. */
  readonly retries: number;
  /** How many dimensions the vectors must have. */
  readonly dimensions?: number | undefined;
}

/** Asks an OpenAI-compatible server for embeddings; each request is in the egress ledger before it leaves. Every way in which that fails is an `AppError` that says what to do; an abort rejects with the signal's reason. */
export class EndpointClient {
  readonly #config: EndpointConfig;
  readonly #url: string;
  readonly #egress: EgressClient;
  readonly model: string;

  /** Throws `endpoint_not_set` without an address and a model. */
  constructor(config: EndpointConfig, egress: EgressClient) {
    if (config.url === null || config.model === null) throw endpointNotSet();
    this.#config = config;
    this.model = config.model;
    this.#url = config.url;
    this.#egress = egress;
  }

  /** One vector per text, in their order. */
  async embed(texts: readonly string[], options: EmbedOptions): Promise<Float32Array[]> {
    const answer = await this.#ask(texts, options);
    const { data, success } = AnswerSchema.safeParse(answer);
    if (!success) throw endpointMalformed("it holds no embeddings");
    const ordered = data.data.map((item, at) => ({ at: item.index ?? at, vector: Float32Array.from(item.embedding) })).sort((a, b) => a.at - b.at);
    if (ordered.length !== texts.length || ordered.some(({ at }, index) => at !== index)) throw endpointMalformed(`it holds ${ordered.length} embeddings for ${texts.length} texts`);
    const vectors = ordered.map(({ vector }) => vector);
    const expected = options.dimensions ?? this.#config.dimensions ?? vectors[0]?.length ?? 0;
    const wrong = vectors.find((vector) => vector.length !== expected);
    if (wrong) throw dimensionMismatch(expected, wrong.length);
    if (vectors.some((vector) => vector.some((value) => !Number.isFinite(value)))) throw endpointMalformed("it holds values that are no numbers");
    return vectors;
  }

  async #ask(texts: readonly string[], { signal, timeoutSeconds, retries, errand, secrets = 0 }: EmbedOptions): Promise<unknown> {
    const { dimensions } = this.#config;
    const { openai, settle } = this.#open(errand, secrets);
    let outcome: RequestOutcome = "failed";
    const request = {
      model: this.model,
      input: texts.map((text) => (text.trim() === "" ? NOTHING : text)),
      // What every server understands.
      encoding_format: "float" as const,
      ...(dimensions === null ? {} : { dimensions }),
    };
    try {
      const answer = await openai.embeddings.create(request, { signal, timeout: timeoutSeconds * 1000, maxRetries: retries });
      outcome = "done";
      return answer;
    } catch (error) {
      if (signal.aborted) outcome = "cancelled";
      if (error instanceof APIUserAbortError) signal.throwIfAborted();
      throw this.#refusal(error, timeoutSeconds);
    } finally {
      await settle(outcome);
    }
  }

  /** The way to the endpoint for one errand. */
  #open(errand: Errand, secrets: number): { readonly openai: OpenAI; readonly settle: Settle } {
    const guard: GuardedFetchOptions = {
      allowsPrivate: () => this.#config.allowPrivateAddress,
      refusal: endpointPrivate,
      maxAnswerBytes: MAX_ANSWER_BYTES,
      tooLong: (bytes) => endpointMalformed(`it is longer than ${bytes} bytes`),
    };
    const { fetch, settle } = notedFetch(guard, egressNotes(this.#egress, errand, this.model, secrets));
    const openai = new OpenAI({
      baseURL: this.#url,
      // The library insists on one; servers that want none ignore it.
      apiKey: this.#config.apiKey ?? "none",
      // Nothing of the environment: it may hold keys for something else.
      organization: null,
      project: null,
      logLevel: "off",
      fetch,
    });
    return { openai, settle };
  }

  #refusal(error: unknown, timeoutSeconds: number): AppError {
    const own = ownError(error);
    if (own) return own;
    if (error instanceof APIConnectionTimeoutError) return endpointSilent(timeoutSeconds, error);
    if (error instanceof APIConnectionError) return endpointUnreachable(reasonOf(error), error);
    if (error instanceof APIError && typeof error.status === "number") {
      const { status } = error;
      if (status === 401 || status === 403) return endpointUnauthorized(status, error);
      if (status === 404) return endpointNotFound(this.model, error);
      if (status === 429) return endpointBusy(secondsOf(error.headers?.get("retry-after") ?? null), error);
      return status >= 400 && status < 500 ? endpointRejected(status, error.message.slice(0, 300), error) : endpointFailed(status, error);
    }
    return endpointMalformed(error instanceof SyntaxError ? "it is no JSON" : "it cannot be read");
  }
}

/** A refusal of our own that the library has wrapped. */
function ownError(error: unknown): AppError | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) if (isAppError(at)) return at;
  return null;
}

/** What the system said: `ECONNREFUSED`, `ENOTFOUND`. */
function reasonOf(error: Error): string {
  for (let at: unknown = error.cause, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ("code" in at && typeof at.code === "string") return REASONS[at.code] ?? at.code;
  }
  return "the connection failed";
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "its name is unknown",
  EAI_AGAIN: "its name cannot be looked up now",
  ECONNRESET: "it closed the connection",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is its own",
};

function secondsOf(header: string | null): number | null {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds) : null;
}
