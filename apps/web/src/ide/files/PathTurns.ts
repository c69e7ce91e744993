import { isWithin } from "../editors/editor-input.ts";

interface Turn {
  readonly paths: readonly string[];
  readonly done: Promise<unknown>;
}

/** What is done to the same places, or to one in another, is done in the order in which it was asked for: what is shown at once is not on the disk at once. */
export class PathTurns {
  readonly #turns = new Set<Turn>();

  run<Result>(paths: readonly string[], work: () => Promise<Result>): Promise<Result> {
    const turn = { paths, done: this.free(paths).then(work) };
    this.#turns.add(turn);
    return turn.done.finally(() => this.#turns.delete(turn));
  }

  /** When all is done there that was asked for until now, well or not. */
  async free(paths: readonly string[]): Promise<void> {
    const meets = ({ paths: others }: Turn) => others.some((other) => paths.some((path) => isWithin(path, other) || isWithin(other, path)));
    await Promise.allSettled([...this.#turns].filter(meets).map(({ done }) => done));
  }
}
