import type { EndpointConfig } from "../config.ts";
import { endpointSilent } from "../errors.ts";

export interface Patience {
  readonly firstByteSeconds: number;
  readonly idleSeconds: number;
  readonly totalSeconds: number;
}

/** With the patience that an endpoint asks for itself. */
export function patienceWith({ patienceSeconds }: Pick<EndpointConfig, "patienceSeconds"> | { readonly patienceSeconds?: undefined }, timeouts: Patience): Patience {
  return patienceSeconds === undefined ? timeouts : { firstByteSeconds: patienceSeconds, idleSeconds: patienceSeconds, totalSeconds: timeouts.totalSeconds };
}

/** Ends an attempt that is silent: before its first byte, between two, or altogether too long. Its reason says which. */
export class Watchdog {
  readonly #stop = new AbortController();
  readonly #patience: Patience;
  readonly #total: ReturnType<typeof setTimeout>;
  #silence: ReturnType<typeof setTimeout>;

  constructor(patience: Patience) {
    this.#patience = patience;
    this.#silence = this.#expire("did not begin to answer", patience.firstByteSeconds);
    this.#total = this.#expire("did not end its answer", patience.totalSeconds);
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Something came in. */
  readonly touch = (): void => {
    clearTimeout(this.#silence);
    if (!this.#stop.signal.aborted) this.#silence = this.#expire("stopped in the middle and sent nothing more", this.#patience.idleSeconds);
  };

  end(): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#total);
  }

  #expire(what: string, seconds: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#stop.abort(endpointSilent(what, seconds)), seconds * 1000);
  }
}
