import type { ISettingsPort } from "./settings-port.ts";

type Snapshot = Awaited<ReturnType<ISettingsPort["snapshot"]>>;

export interface SettingsPollerDeps {
  readonly port: ISettingsPort;
  readonly intervalMs: number;
  readonly apply: (snapshot: Snapshot) => void;
  /** How long one answer may take. Default 10,000. */
  readonly timeoutMs?: number;
}

/** Asks for the database tier again and again, and hands on each new version once. Keeps no process alive. */
export class SettingsPoller {
  readonly #deps: SettingsPollerDeps;
  #version: string | null = null;
  #failure: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;
  /** Polls are numbered, so that an answer that comes late cannot undo a newer one. */
  #asked = 0;
  #applied = 0;

  constructor(deps: SettingsPollerDeps) {
    this.#deps = deps;
  }

  /** Why the last answer did not come; null when it did. */
  get failure(): string | null {
    return this.#failure;
  }

  async start(): Promise<void> {
    await this.poll();
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** Never throws: the failure is kept, and so are the values of before. */
  async poll(): Promise<void> {
    this.#asked += 1;
    const number = this.#asked;
    try {
      const snapshot = await withTimeout(this.#deps.port.snapshot(), this.#deps.timeoutMs ?? 10_000);
      if (this.#stopped || number < this.#applied) return;
      this.#applied = number;
      this.#failure = null;
      if (snapshot.version === this.#version) return;
      this.#deps.apply(snapshot);
      this.#version = snapshot.version;
    } catch (error) {
      if (number >= this.#applied) this.#failure = error instanceof Error ? error.message : "unknown error";
    }
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.poll().then(() => this.#schedule()), this.#deps.intervalMs);
    this.#timer.unref();
  }
}

async function withTimeout<Value>(work: Promise<Value>, milliseconds: number): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("no answer in time")), milliseconds);
  timer.unref();
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
