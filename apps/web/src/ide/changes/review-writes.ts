import type { ChangeFile, ChangeFiles, ChangeSet, ChangeSetId, DecideChangesInput, Decision, EditProposalInput } from "@coder/api/execution";
import { inTurn } from "#lib/in-turn.ts";
import { showsAll } from "./review-state.ts";

type Seen = Pick<ChangeSet, "files" | "version">;

/** A change set as a view shows it, and the server's word on it. */
export interface ReviewPort<Whole extends Seen> {
  readonly id: ChangeSetId;
  readonly read: () => Pick<Whole, "files"> | undefined;
  readonly show: (change: (files: readonly ChangeFile[]) => readonly ChangeFile[]) => void;
  readonly decide: (input: DecideChangesInput) => Promise<ChangeFiles>;
  readonly edit: (input: EditProposalInput) => Promise<ChangeFile>;
  readonly get: () => Promise<Whole>;
}

export interface DecisionTarget {
  readonly fileId: string;
  readonly hunks?: { id: string; lines?: number[] }[];
}

const turns = new Map<ChangeSetId, ReturnType<typeof inTurn>>();

/** One write after the other, whichever view asks: each is good for the version that the one before made, and a view is gone as soon as another tab is looked at. */
function turnOf(id: ChangeSetId): ReturnType<typeof inTurn> {
  const turn = turns.get(id) ?? inTurn();
  turns.set(id, turn);
  return turn;
}

export function writeDecision({ id, read, show, decide }: ReviewPort<Seen>, decision: Decision, targets: readonly DecisionTarget[]): Promise<void> {
  return turnOf(id)(async () => {
    const files = new Map(read()?.files.map((file) => [file.id, file]));
    const known = targets.flatMap(({ fileId, hunks }) => {
      const file = files.get(fileId);
      return file ? [{ fileId, version: file.version, ...(hunks ? { hunks } : {}) }] : [];
    });
    if (known.length === 0) return;
    const answer = await decide({ id, decision, targets: known });
    // Later decisions are shown already: only the version is news.
    const versions = new Map(answer.files.map((file) => [file.id, file.version]));
    show((now) => now.map((file) => ({ ...file, version: versions.get(file.id) ?? file.version })));
  });
}

/** When all that was decided and edited until now is written, or refused. */
export function afterWrites(id: ChangeSetId): Promise<void> {
  return turnOf(id)(async () => undefined);
}

/** An edit is of the proposal that it began with: what was decided on that since stands in nobody's way. */
export function writeEdit({ id, read, show, edit }: ReviewPort<Seen>, { id: fileId, version, proposalHash }: Pick<ChangeFile, "id" | "version" | "proposalHash">, content: string): Promise<void> {
  return turnOf(id)(async () => {
    const shown = read()?.files.find((file) => file.id === fileId);
    const edited = await edit({ id, fileId, version: shown?.proposalHash === proposalHash ? shown.version : version, content });
    show((now) => now.map((file) => (file.id === fileId ? edited : file)));
  });
}

/**
 * What was decided a moment ago is part of it: the version is asked for when all of that is written. Not by way of what is shown: a look at that can be broken off.
 * Where something was decided elsewhere that is not shown here, `unseen` is told instead, and the answer is null.
 */
export function whenWritten<Whole extends Seen, Result>({ id, read, get }: ReviewPort<Whole>, use: (version: string) => Promise<Result>, unseen: (now: Whole) => void): Promise<Result | null> {
  return turnOf(id)(async () => {
    const now = await get();
    const shown = read();
    if (shown && showsAll(shown, now)) return use(now.version);
    unseen(now);
    return null;
  });
}
