import type { ProjectId } from "@coder/api/workspace";
import { eachRow, type IRepository, type Stored } from "@coder/db";
import { isAppError } from "@coder/shared";
import type { CheckpointRow } from "../entities.ts";
import type { IHeldCheckpoints } from "./CheckpointThread.ts";

/** Keeps a project's newest checkpoints: as many as `keep` says, and as much as fits into `maxBytes`. The newest stays whatever it takes. */
export async function retainOf(
  rows: IRepository<CheckpointRow>,
  projectId: ProjectId,
  held: Pick<IHeldCheckpoints, "collect">,
  storeBytes: number,
  { keep, maxBytes }: { readonly keep: number; readonly maxBytes: number },
): Promise<number> {
  const all: Stored<CheckpointRow>[] = [];
  for await (const row of eachRow(rows, { projectId }, { sort: { field: "createdAt", direction: "desc" } })) all.push(row);
  if (all.length <= keep && storeBytes <= maxBytes) return storeBytes;
  const kept = all.slice(0, keep);
  for (const { id } of all.slice(keep)) await rows.delete(id);
  try {
    let bytes = await held.collect(rootsOf(kept));
    while (bytes > maxBytes && kept.length > 1) {
      for (const { id } of kept.splice(Math.ceil(kept.length / 2))) await rows.delete(id);
      bytes = await held.collect(rootsOf(kept));
    }
    return bytes;
  } catch (error) {
    // What a damaged one needs is not known, and a full disk lets nothing be written anew: nothing is removed, and the new one is whole.
    if (!isAppError(error)) throw error;
    return storeBytes;
  }
}

function rootsOf(rows: readonly Stored<CheckpointRow>[]): string[] {
  return rows.flatMap(({ root, afterRoot }) => (afterRoot === null ? [root] : [root, afterRoot]));
}
