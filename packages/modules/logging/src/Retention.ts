import { eachRow, type IDatabase } from "@coder/db";
import { auditChainEntity, auditEntryEntity } from "./entities.ts";

/**
 * Removes the beginning of each chain that is older than `cutoff`. Where the chain now starts is stored before anything is
 * deleted, so that a later check tells retention from tampering, wherever this is interrupted. Returns how many entries went.
 */
export async function applyRetention(
  database: IDatabase,
  cutoff: Date,
  options: { readonly signal: AbortSignal; readonly progress: (done: number, total: number) => Promise<void> },
): Promise<number> {
  const scope = database.system("retention");
  const chains = scope.repository(auditChainEntity);
  const entries = scope.repository(auditEntryEntity);
  const total = await chains.count({});
  let done = 0;
  let removed = 0;
  for await (const chain of eachRow(chains, {})) {
    if (options.signal.aborted) return removed;
    const { items } = await entries.query(
      { chainId: chain.id, completedAt: { lt: cutoff.toISOString() } },
      { sort: { field: "sequence", direction: "desc" }, limit: 1 },
    );
    const [last] = items;
    if (last && last.sequence > chain.prunedThrough) {
      await chains.update(chain.id, { prunedThrough: last.sequence, prunedHash: last.hash }, { etag: chain.etag });
    }
    const start = Math.max(last?.sequence ?? 0, chain.prunedThrough);
    if (start > 0) removed += await entries.deleteMany({ chainId: chain.id, sequence: { lte: start } });
    await options.progress(++done, total);
  }
  return removed;
}
