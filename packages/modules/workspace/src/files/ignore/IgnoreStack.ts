import { IgnoreFile } from "./IgnoreFile.ts";

/** Strongest first: an `.ignore` anywhere above wins over every `.gitignore`, as in ripgrep. */
const FILE_NAMES = [".rgignore", ".ignore", ".gitignore"] as const;
export const IGNORE_FILE_NAMES: ReadonlySet<string> = new Set(FILE_NAMES);
const EXCLUDE_FILE = ".git/info/exclude";
/** Never searched, indexed or watched in depth, whatever the ignore files say. */
export const VERSION_CONTROL_FOLDERS: ReadonlySet<string> = new Set([".git", ".hg", ".svn", ".jj"]);

/** Text of an ignore file; null where there is none. The path is relative to the project, for example `src/.gitignore`. */
export type ReadIgnoreFile = (path: string) => string | null;

/** Files of one kind, deepest first, each with the number of segments above its folder. */
type Chain = readonly (readonly [depth: number, file: IgnoreFile])[];

/** The ignore files that count in one folder: its own and those of all folders above it. Immutable, so that siblings share it. */
export class IgnoreStack {
  readonly #chains: readonly Chain[];
  readonly #path: readonly string[];
  /** The folder itself is hidden, and so is everything in it. */
  readonly ignored: boolean;

  private constructor(chains: readonly Chain[], path: readonly string[], ignored: boolean) {
    this.#chains = chains;
    this.#path = path;
    this.ignored = ignored;
  }

  /** The project itself. */
  static root(read: ReadIgnoreFile): IgnoreStack {
    return new IgnoreStack([...FILE_NAMES, EXCLUDE_FILE].map((name) => extended([], 0, read(name))), [], false);
  }

  /** A folder in this one. */
  enter(name: string, read: ReadIgnoreFile): IgnoreStack {
    const path = [...this.#path, name];
    // Nothing in a hidden folder can be shown again, so its own files do not matter.
    if (this.hides(name, true)) return new IgnoreStack(this.#chains, path, true);
    const prefix = path.join("/");
    const chains = this.#chains.map((chain, kind) => {
      const file = FILE_NAMES[kind];
      return file === undefined ? chain : extended(chain, path.length, read(`${prefix}/${file}`));
    });
    return new IgnoreStack(chains, path, false);
  }

  /** Whether an entry of this folder is hidden. */
  hides(name: string, isFolder: boolean): boolean {
    if (this.ignored || (isFolder && VERSION_CONTROL_FOLDERS.has(name))) return true;
    for (const chain of this.#chains) {
      for (const [depth, file] of chain) {
        const verdict = file.verdict([...this.#path.slice(depth), name], isFolder);
        if (verdict !== null) return verdict === "ignored";
      }
    }
    return false;
  }
}

function extended(chain: Chain, depth: number, source: string | null): Chain {
  if (source === null) return chain;
  const file = new IgnoreFile(source);
  return file.isEmpty ? chain : [[depth, file], ...chain];
}
