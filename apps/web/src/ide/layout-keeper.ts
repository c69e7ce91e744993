import type { Layout } from "./layout.ts";

const KEEP_AFTER_MS = 600;

interface LayoutKeeperDeps {
  readonly read: () => Layout;
  readonly write: (layout: Layout) => Promise<unknown>;
  /** Sends it although the page is about to go. */
  readonly writeLast: (layout: Layout) => void;
}

/** Notes the layout a moment after it changed, and at once when the page goes. */
export class LayoutKeeper {
  readonly #deps: LayoutKeeperDeps;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #written = "";

  constructor(deps: LayoutKeeperDeps) {
    this.#deps = deps;
    this.#written = JSON.stringify(deps.read());
  }

  readonly changed = (): void => {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      const layout = this.#take();
      // A layout that could not be noted is noted with the next change; nothing hangs on it.
      if (layout) void this.#deps.write(layout).catch(() => (this.#written = ""));
    }, KEEP_AFTER_MS);
  };

  readonly leave = (): void => {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const layout = this.#take();
    if (layout) this.#deps.writeLast(layout);
  };

  #take(): Layout | null {
    const layout = this.#deps.read();
    const text = JSON.stringify(layout);
    if (text === this.#written) return null;
    this.#written = text;
    return layout;
  }
}
