import type { GuardedFetchOptions, ILiveConfig, Settle } from "@coder/shared/server";
import type { AiConfig } from "../config.ts";
import type { Admit, EgressLedger, Errand } from "../egress/EgressLedger.ts";
import { answerMalformed, endpointNotFound, endpointPrivate } from "../errors.ts";
import { AnthropicProvider } from "./AnthropicProvider.ts";
import type { IModelProvider } from "./model-provider.ts";
import { OpenAiProvider } from "./OpenAiProvider.ts";
import { loadLibrary } from "./provider-libraries.ts";
import { RecordedProvider } from "./RecordedProvider.ts";
import { fetchWithoutKey, ProviderWithoutKey } from "./without-key.ts";

/** More than any answer takes. */
const MAX_ANSWER_BYTES = 64 * 1024 ** 2;

export interface OpenProvider {
  readonly provider: IModelProvider;
  /** Says how it ended, and waits until that is noted. */
  readonly settle: Settle;
}

/** Makes the way to an endpoint for one errand: everything it sends is guarded and noted. */
export class ProviderFactory {
  readonly #deps: { readonly egress: EgressLedger; readonly config: ILiveConfig<AiConfig> };

  constructor(deps: { readonly egress: EgressLedger; readonly config: ILiveConfig<AiConfig> }) {
    this.#deps = deps;
  }

  /** Loads what `open` needs, so that no endpoint is blamed for the time that takes. */
  async load(endpoint: string): Promise<void> {
    const { kind } = this.#deps.config.value.endpoints[endpoint] ?? {};
    if (kind !== undefined) await loadLibrary(kind);
  }

  /** `admit`: nothing is sent before it, nor if it fails. Without one a request is noted only. */
  open(errand: Errand, onBytes: (count: number) => void, admit?: Admit): OpenProvider {
    const { endpoints, apiKeys, allowedPrivateHosts, timeouts, recording } = this.#deps.config.value;
    const endpoint = endpoints[errand.endpoint];
    if (!endpoint) throw endpointNotFound(errand.endpoint);
    const guard: GuardedFetchOptions = {
      allowsPrivate: (host) => allowedPrivateHosts.includes(host),
      refusal: endpointPrivate,
      maxAnswerBytes: MAX_ANSWER_BYTES,
      tooLong: (bytes) => answerMalformed(`it is longer than ${bytes} bytes`),
      onBytes,
    };
    const { fetch, settle } = this.#deps.egress.fetch(errand, guard, admit);
    const apiKey = apiKeys[errand.endpoint] ?? null;
    const deps = { url: endpoint.url, apiKey, fetch: fetchWithoutKey(fetch, apiKey), timeoutMs: timeouts.totalSeconds * 1000 };
    const asked = endpoint.kind === "anthropic" ? new AnthropicProvider(deps) : new OpenAiProvider(deps);
    const inner = apiKey === null ? asked : new ProviderWithoutKey(asked, apiKey);
    const provider = recording.mode === "off" || recording.folder === null ? inner : new RecordedProvider({ inner, mode: recording.mode, folder: recording.folder });
    return { provider, settle };
  }
}
