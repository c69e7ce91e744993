import type { ChangeFile, ChangeSetId } from "@coder/api/execution";
import { z } from "zod";
import { readSession, writeSession } from "#lib/storage.ts";
import { Store } from "#lib/store.ts";

const KEEP_AFTER_MS = 500;
const KeptSchema = z.record(z.string(), z.object({ base: z.string().nullable(), text: z.string().nullable() }));
type Edit = z.output<typeof KeptSchema>[string];
type EditedFile = Pick<ChangeFile, "id" | "proposalHash">;

/** Proposals of a change set that are being edited and not kept yet: they outlive a look at another file or tab, and a reload. Views watch which files these are. */
export class ReviewEdits extends Store<ReadonlySet<string>> {
  readonly #key: string;
  readonly #edits: Map<string, Edit>;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(id: ChangeSetId) {
    const key = `review:${id}`;
    const edits = new Map(Object.entries(KeptSchema.safeParse(readSession(key)).data ?? {}));
    super(new Set(edits.keys()));
    this.#key = key;
    this.#edits = edits;
  }

  /** Whether it is edited, and still the proposal that the edit began with. */
  has({ id, proposalHash }: EditedFile): boolean {
    return this.#edits.get(id)?.base === proposalHash && this.#edits.has(id);
  }

  begin({ id, proposalHash }: EditedFile): void {
    this.#edits.set(id, { base: proposalHash, text: null });
    this.#told();
  }

  /** What was typed; null while nothing was. */
  textOf({ id }: EditedFile): string | null {
    return this.#edits.get(id)?.text ?? null;
  }

  type({ id }: EditedFile, text: string): void {
    const edit = this.#edits.get(id);
    if (!edit) return;
    this.#edits.set(id, { ...edit, text });
    this.#timer ??= setTimeout(this.keep, KEEP_AFTER_MS);
  }

  end({ id }: EditedFile): void {
    this.#edits.delete(id);
    this.#told();
  }

  /** Writes down what was typed, for after a reload. */
  readonly keep = (): void => {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    writeSession(this.#key, this.#edits.size === 0 ? null : Object.fromEntries(this.#edits));
  };

  #told(): void {
    this.keep();
    this.set(new Set(this.#edits.keys()));
  }
}

const known = new Map<ChangeSetId, ReviewEdits>();

/** The edits of a change set in this window. */
export function editsOf(id: ChangeSetId): ReviewEdits {
  const edits = known.get(id) ?? new ReviewEdits(id);
  known.set(id, edits);
  return edits;
}
