import { Readable } from "node:stream";

const HEAD_BYTES = 2_000;

/** Counts what a run prints on both streams, and lets through no more than it may print. */
export class OutputMeter {
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly truncated = { stdout: false, stderr: false };
  readonly #onExceeded: () => void;
  /** Of standard error: full, or all there is. */
  readonly #headComplete = Promise.withResolvers<void>();
  #left: number;
  #head = "";

  constructor(streams: { readonly stdout: Readable; readonly stderr: Readable }, maxBytes: number | null, onExceeded: () => void) {
    this.#left = maxBytes ?? Number.POSITIVE_INFINITY;
    this.#onExceeded = onExceeded;
    this.stdout = this.#metered(streams.stdout, "stdout");
    this.stderr = this.#metered(streams.stderr, "stderr");
  }

  /** The beginning of standard error: the reason when a run never began. To be asked for when nobody writes any more. */
  async head(): Promise<string> {
    await this.#headComplete.promise;
    return this.#head.trim();
  }

  #metered(from: Readable, name: "stdout" | "stderr"): Readable {
    const take = (chunk: Buffer): Buffer => {
      if (name === "stderr" && this.#head.length < HEAD_BYTES) this.#head += chunk.toString().slice(0, HEAD_BYTES);
      if (this.#head.length >= HEAD_BYTES) this.#headComplete.resolve();
      const taken = chunk.subarray(0, Math.min(chunk.length, this.#left));
      this.#left -= taken.length;
      if (taken.length < chunk.length) {
        this.truncated[name] = true;
        this.#onExceeded();
      }
      return taken;
    };
    // A Transform and a pipe to it would do the same with more work for each run and each piece.
    const to = new Readable({ read: () => void from.resume() });
    from.on("data", (chunk: Buffer) => {
      const taken = take(chunk);
      if (taken.length > 0 && !to.destroyed && !to.push(taken)) from.pause();
    });
    const end = (): void => {
      to.push(null);
      if (name === "stderr") this.#headComplete.resolve();
    };
    from.once("end", end).once("error", end).once("close", end);
    return to;
  }
}
