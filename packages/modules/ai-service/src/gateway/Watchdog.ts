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
  #silence: ReturnType<typeof setTimeout> | undefined;
  /** How often something came in. */
  #heard = 0;

  constructor(patience: Patience) {
    this.#patience = patience;
    this.#total = this.#expire("did not end its answer", patience.totalSeconds);
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The endpoint is asked now: what came before it is not its silence. */
  asked(): void {
    this.#restart("did not begin to answer", this.#patience.firstByteSeconds);
  }

  /** Something came in. */
  readonly touch = (): void => this.#restart("stopped in the middle and sent nothing more", this.#patience.idleSeconds);

  end(): void {
    this.#heard += 1;
    clearTimeout(this.#silence);
    clearTimeout(this.#total);
  }

  #restart(what: string, seconds: number): void {
    clearTimeout(this.#silence);
    this.#heard += 1;
    if (!this.#stop.signal.aborted) this.#silence = this.#listen(what, seconds);
  }

  /** A process that was held up itself reads what has come meanwhile before it blames the endpoint. */
  #listen(what: string, seconds: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      const before = this.#heard;
      setImmediate(() => {
        if (this.#heard === before) this.#stop.abort(endpointSilent(what, seconds));
      });
    }, seconds * 1000);
  }

  #expire(what: string, seconds: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#stop.abort(endpointSilent(what, seconds)), seconds * 1000);
  }
}
