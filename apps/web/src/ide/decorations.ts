import { Store, useStore } from "#lib/store.ts";

/** Which of the theme's colours the name takes. */
export type DecorationTone = "added" | "modified" | "deleted" | "renamed" | "untracked" | "conflict" | "ignored" | "submodule";

export interface Decoration {
  readonly tone: DecorationTone;
  /** One letter at the end of the row. */
  readonly badge: string;
  /** In words, for the tooltip and whoever cannot see the colour: "Modified". */
  readonly label: string;
}

type ByPath = ReadonlyMap<string, Decoration>;

/** States of files by path. A folder takes the strongest of what is below it, without the letter. */
export class Decorations extends Store<ByPath> {
  readonly #folders = new Store<ByPath>(new Map());

  constructor() {
    super(new Map());
  }

  /** All states at once, as `git status` gives them. */
  replace(files: ByPath): void {
    this.#folders.set(foldersOf(files));
    this.set(files);
  }

  of(path: string): Decoration | undefined {
    return this.get().get(path) ?? this.#folders.get().get(path);
  }
}

const STRENGTH: readonly DecorationTone[] = ["conflict", "modified", "deleted", "renamed", "added", "untracked", "submodule", "ignored"];

function foldersOf(files: ByPath): ByPath {
  const folders = new Map<string, Decoration>();
  for (const [path, { tone }] of files) {
    if (tone === "ignored") continue;
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
      const folder = path.slice(0, at);
      const present = folders.get(folder);
      // What is above it has at least this one already.
      if (present && STRENGTH.indexOf(present.tone) <= STRENGTH.indexOf(tone)) break;
      folders.set(folder, { tone, badge: "", label: "Contains changes" });
    }
  }
  return folders;
}

/** The state of one path; draws again when any state changes. */
export function useDecoration(decorations: Decorations, path: string): Decoration | undefined {
  useStore(decorations);
  return decorations.of(path);
}
