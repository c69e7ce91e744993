// `npm run backup`: the database and everything else of the data directory in one file. Run by the launcher, which sees to a running PostgreSQL.
import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { withClient } from "../database/connect.ts";
import { DatabaseProblem } from "../database/protocol.ts";
import { productVersion } from "../launcher/paths.mjs";
import { Terminal, type Step } from "../launcher/terminal.mjs";
import { ArchiveWriter } from "./archive-writer.ts";
import { dumpFiles } from "./data-files.ts";
import { dumpDatabase } from "./dump.ts";
import { FORMAT, MANIFEST_ENTRY, type Manifest } from "./manifest.ts";
import { asBackupProblem, BackupProblem } from "./problem.ts";

const RequestSchema = z.object({ file: z.string(), ownerUrl: z.string(), dataDirectory: z.string(), queuesInRedis: z.boolean() });
type Request = z.infer<typeof RequestSchema>;

const QUEUES_IN_REDIS = "Jobs and events that wait in Redis: back Redis up with its own tools, and restore both of the same time";
/** Of what is left out for its own reason. */
const NAMED = 20;

/** Writes the whole backup or nothing. */
export async function writeBackup({ file, ownerUrl, dataDirectory, queuesInRedis }: Request, step: Step): Promise<Manifest> {
  if (existsSync(file)) throw new BackupProblem(`${file} exists.`, "Choose another name; a backup never overwrites a file.");
  if (!existsSync(dirname(file))) throw new BackupProblem(`There is no folder ${dirname(file)}.`, "Make it, or choose another.");
  const archive = new ArchiveWriter(file);
  try {
    const database = await withClient(ownerUrl, (client) => dumpDatabase(client, archive, (done, total) => step.progress(done, total, "tables")));
    // After the database: a blob that a row names was written before the row.
    const { leftOut, ...files } = await dumpFiles(dataDirectory, archive);
    const manifest: Manifest = { format: FORMAT, version: productVersion(), createdAt: new Date().toISOString(), ...database, ...files, leftOut: [...(queuesInRedis ? [QUEUES_IN_REDIS] : []), ...leftOut] };
    await archive.finish(MANIFEST_ENTRY, `${JSON.stringify(manifest, null, 2)}\n`);
    return manifest;
  } catch (error) {
    await archive.abandon();
    throw asBackupProblem(error, file);
  }
}

async function main(): Promise<number> {
  const terminal = new Terminal();
  try {
    const request = RequestSchema.parse(JSON.parse(await text(process.stdin)));
    const leftOut = await terminal.step("Backup", async (step) => {
      const { tables, files, leftOut: missing } = await writeBackup(request, step);
      const rows = tables.reduce((sum, table) => sum + table.rows, 0);
      step.detail(`${rows} rows of ${tables.length} tables, ${files.length} files, ${(statSync(request.file).size / 1e6).toFixed(1)} MB`);
      return missing;
    });
    terminal.line(`\n  ${request.file}\n  It holds every secret of this installation: keep it where nobody else reads it.\n`);
    for (const line of leftOut.slice(0, NAMED)) terminal.line(`  Not in it: ${line}`);
    if (leftOut.length > NAMED) terminal.line(`  and ${leftOut.length - NAMED} more, which its manifest.json names`);
    return 0;
  } catch (error) {
    terminal.problem(error instanceof DatabaseProblem ? new BackupProblem(error.message, error.remedy) : error);
    return 1;
  }
}

if (import.meta.main) process.exitCode = await main();
