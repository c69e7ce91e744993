import { mkdir } from "node:fs/promises";
import type { ILogger } from "@coder/shared/trpc";
import { formatBytes } from "../../errors.ts";
import { collisionKeyOf } from "./disk-names.ts";
import { sourceChanged } from "./errors.ts";
import { ImportPlan, type ImportLimits, type ImportTotals } from "./ImportPlan.ts";
import type { IImportSource, SourceEntry } from "./import-source.ts";
import type { ImportTarget } from "./ImportTarget.ts";
import { TreeWriter } from "./TreeWriter.ts";

export interface UnpackContext {
  readonly target: ImportTarget;
  readonly limits: ImportLimits;
  readonly signal: AbortSignal;
  readonly log: ILogger;
  readonly progress: (done: number, total: number) => Promise<void>;
  /** Is asked when all is checked and nothing is written yet; throws where there is no room. */
  readonly reserve: (totals: ImportTotals) => Promise<void>;
}

/** Brings a source into the staged tree in two passes: the first checks everything, the second writes. Progress counts the bytes of the source, once for each pass. */
export async function unpack(source: IImportSource, context: UnpackContext): Promise<ImportTotals> {
  const { target, signal, log } = context;
  await mkdir(target.staged);
  const plan = new ImportPlan({ limits: context.limits, maxPathBytes: target.maxPathBytes, names: source.names, collisionKey: await collisionKeyOf(target.staged) });
  const totals = await check(source, plan, context);
  log.info({ ...totals }, `Checked ${totals.files.toLocaleString("en")} files and ${totals.folders.toLocaleString("en")} folders, ${formatBytes(totals.bytes)}`);
  await context.reserve(totals);
  const writer = new TreeWriter({ root: target.staged });
  try {
    await write(source, plan, writer, context);
  } finally {
    // Nothing of it may go on when the job is over.
    await writer.settle();
  }
  signal.throwIfAborted();
  log.info({}, "Unpacked");
  return totals;
}

async function check(source: IImportSource, plan: ImportPlan, { signal, progress }: UnpackContext): Promise<ImportTotals> {
  const { totalBytes } = source;
  const onProgress = totalBytes === null ? () => undefined : (read: number) => void progress(read, totalBytes * 2).catch(() => undefined);
  for await (const entry of source.entries(signal, onProgress)) {
    const path = plan.add(entry);
    if (path === null || entry.kind !== "file") continue;
    if (source.sizesAreKnown) plan.grow(path, entry.sizeBytes);
    else await readThrough(entry, plan, path);
    if (totalBytes !== null) plan.checkRatio(plan.totals.bytes, totalBytes);
  }
  signal.throwIfAborted();
  return plan.finish(signal);
}

async function readThrough(entry: SourceEntry, plan: ImportPlan, path: string): Promise<void> {
  let unpacked = 0;
  for await (const chunk of entry.content()) {
    plan.grow(path, chunk.length);
    unpacked += chunk.length;
    if (entry.packedBytes !== null) plan.checkRatio(unpacked, entry.packedBytes, path);
  }
}

async function write(source: IImportSource, plan: ImportPlan, writer: TreeWriter, { signal, progress }: UnpackContext): Promise<void> {
  const first = source.totalBytes ?? 0;
  const total = source.totalBytes === null ? plan.totals.bytes : first * 2;
  for (const folder of plan.folders()) {
    signal.throwIfAborted();
    await writer.folder(folder);
  }
  for await (const entry of source.entries(signal, (read) => void progress(Math.min(total, first + read), total).catch(() => undefined))) {
    signal.throwIfAborted();
    await writeEntry(entry, plan, writer);
  }
  await writer.finish();
}

async function writeEntry(entry: SourceEntry, plan: ImportPlan, writer: TreeWriter): Promise<void> {
  const path = plan.pathOf(entry.name);
  const planned = plan.kindOf(path);
  // Only a folder of the server can have got more in it since it was checked.
  if (path === "" || entry.kind === "folder" || planned === null) return;
  if (planned !== (entry.kind === "symlink" ? "symlink" : "file")) throw sourceChanged(path);
  const to = plan.destination(path);
  if (entry.kind === "symlink") writer.link(to, plan.targetOf(path));
  else if (entry.kind === "link") await writer.copy(to, plan.destination(plan.pathOf(entry.target)));
  else await writer.file(to, atMost(entry.content(), plan.sizeOf(path)), entry);
}

/** No more than was counted: a file that grows meanwhile is taken as it was. */
async function* atMost(content: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of content) {
    const part = chunk.length > left ? chunk.subarray(0, left) : chunk;
    left -= part.length;
    if (part.length > 0) yield part;
    if (part.length < chunk.length) return;
  }
}
