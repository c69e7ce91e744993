import { Store } from "#lib/store.ts";

export interface Undoable {
  /** What was done: `Deleted a.ts`. */
  readonly title: string;
  readonly undo: () => Promise<unknown>;
}

const MAX = 50;

/** What was done to files and can be taken back, the last one at the end. Each is taken back once, from wherever that is asked for. */
export class UndoStack extends Store<readonly Undoable[]> {
  constructor() {
    super([]);
  }

  push(done: Undoable): void {
    this.update((before) => [...before, done].slice(-MAX));
  }

  /** It was not done after all. */
  drop(done: Undoable): void {
    this.set(this.get().filter((other) => other !== done));
  }

  /** Takes back one of them; the last one, where none is named. */
  async run(done: Undoable | undefined = this.get().at(-1)): Promise<void> {
    if (done === undefined || !this.get().includes(done)) return;
    this.drop(done);
    await done.undo();
  }
}
