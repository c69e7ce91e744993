const FIRST_MS = 2_000;
const LONGEST_MS = 60_000;

/** Reads again what could not be read for the moment: each after a while, a longer one each time that fails too, until it is told that it worked. */
export class ReadAgain {
  readonly #read: (path: string) => Promise<void>;
  /** The timer is null while it is tried. */
  readonly #missed = new Map<string, { readonly waitMs: number; readonly timer: ReturnType<typeof setTimeout> | null }>();
  #ended = false;

  constructor(read: (path: string) => Promise<void>) {
    this.#read = read;
  }

  get paths(): readonly string[] {
    return [...this.#missed.keys()];
  }

  later(path: string): void {
    const before = this.#missed.get(path);
    if (this.#ended || (before && before.timer !== null)) return;
    const waitMs = before ? Math.min(before.waitMs * 2, LONGEST_MS) : FIRST_MS;
    const timer = setTimeout(() => {
      this.#missed.set(path, { waitMs, timer: null });
      void this.#read(path);
    }, waitMs);
    this.#missed.set(path, { waitMs, timer });
  }

  /** It worked, or there is nothing to read any more. */
  done(path: string): void {
    const timer = this.#missed.get(path)?.timer ?? null;
    if (timer !== null) clearTimeout(timer);
    this.#missed.delete(path);
  }

  /** Nothing is read any more. */
  end(): void {
    this.#ended = true;
    for (const path of this.paths) this.done(path);
  }
}
