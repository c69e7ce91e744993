import { inTurn } from "#lib/in-turn.ts";
import { Store } from "#lib/store.ts";
import { choose, type SelectMode } from "#ui/table/use-selection.ts";
import { baseName, isWithin, joinPath } from "../editors/editor-input.ts";
import type { FileTree } from "./FileTree.ts";
import type { EntryRow, Row } from "./tree-rows.ts";
import { UndoStack } from "./UndoStack.ts";

interface Choice {
  readonly ids: ReadonlySet<string>;
  /** The row that the keyboard is on. */
  readonly active: string | null;
  readonly anchor: string | null;
}

export interface Clipboard {
  readonly paths: readonly string[];
  readonly cut: boolean;
}

/** What is chosen in the explorer, what is being renamed, and what was cut or copied there. */
export class ExplorerState extends Store<Choice> {
  /** The path whose name is being edited. */
  readonly renaming = new Store<string | null>(null);
  readonly clipboard = new Store<Clipboard | null>(null);
  /** Counts up when the active row is to come into view. */
  readonly reveals = new Store(0);
  /** What moves and copies: each sees what the one before it did. */
  readonly inTurn = inTurn();
  readonly undo = new UndoStack();
  readonly #tree: FileTree;

  constructor(tree: FileTree) {
    super({ ids: new Set(), active: null, anchor: null });
    this.#tree = tree;
    tree.subscribe(() => this.#followRows());
  }

  /** A folder that was chosen and now stands in one row with what it holds stays chosen. */
  #followRows(): void {
    const { active } = this.get();
    const rows = this.#tree.rows();
    if (active === null || rows.some(({ id }) => id === active)) return;
    const row = this.rowOf(active);
    if (row) this.set(choose(this.get(), this.order(), row.id, "only"));
  }

  /** The row in which a path stands, alone or with others. */
  rowOf(path: string): EntryRow | undefined {
    return this.#tree.rows().find((row): row is EntryRow => row.kind === "entry" && (row.id === path || row.covers.includes(path)));
  }

  order(): string[] {
    return this.#tree.rows().flatMap((row) => (row.kind === "entry" ? [row.id] : []));
  }

  select(id: string, mode: SelectMode): void {
    this.set(choose(this.get(), this.order(), id, mode));
  }

  selectAll(): void {
    this.update((state) => ({ ...state, ids: new Set(this.order()) }));
  }

  clear(): void {
    this.update((state) => ({ ...state, ids: new Set(state.active === null ? [] : [state.active]), anchor: null }));
  }

  /** Nothing is chosen: what is done now is done to the project itself. */
  chooseNothing(): void {
    this.set({ ids: new Set(), active: null, anchor: null });
  }

  activeRow(): EntryRow | undefined {
    const { active } = this.get();
    return this.#tree.rows().find((row): row is EntryRow => row.kind === "entry" && row.id === active);
  }

  /** What an action is about: everything chosen, without what lies in something else that is chosen. */
  chosen(): string[] {
    const { ids, active } = this.get();
    const known = [...(ids.size > 0 ? ids : active === null ? [] : [active])].filter((id) => this.#tree.entry(id) !== undefined);
    return known.filter((path) => !known.some((other) => other !== path && isWithin(path, other)));
  }

  /** The folder that something new belongs into: the one that is chosen, or the one around what is; the top one where the keyboard is on a row that nobody chose. */
  targetFolder(): string {
    const row = this.activeRow();
    if (!row || !this.get().ids.has(row.id)) return "";
    if (row.entry.kind === "folder") return row.entry.path;
    return row.entry.path.slice(0, Math.max(0, row.entry.path.length - row.entry.name.length - 1));
  }

  async reveal(path: string): Promise<void> {
    if (!(await this.#tree.reveal(path))) return;
    const row = this.rowOf(path);
    if (!row) return;
    this.select(row.id, "only");
    this.reveals.update((count) => count + 1);
  }

  /** The next row after the active one whose name begins so, around the end. */
  typeAhead(prefix: string, rows: readonly Row[]): string | null {
    const entries = rows.filter((row): row is EntryRow => row.kind === "entry");
    const at = entries.findIndex(({ id }) => id === this.get().active);
    const from = prefix.length > 1 ? at : at + 1;
    const ordered = [...entries.slice(Math.max(0, from)), ...entries.slice(0, Math.max(0, from))];
    return ordered.find(({ label }) => label.toLocaleLowerCase().startsWith(prefix))?.id ?? null;
  }
}

/** `notes.txt` → `notes copy.txt`, `notes copy 2.txt`: the first that is free. */
export function copyName(tree: FileTree, folder: string, path: string): string {
  const name = baseName(path);
  if (!tree.entry(joinPath(folder, name))) return name;
  const dot = tree.entry(path)?.kind === "folder" ? -1 : name.lastIndexOf(".");
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  for (let count = 1; ; count += 1) {
    const candidate = `${stem} copy${count > 1 ? ` ${count}` : ""}${extension}`;
    if (!tree.entry(joinPath(folder, candidate))) return candidate;
  }
}
