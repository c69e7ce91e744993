// `npm run restore`, in two parts with the start of PostgreSQL between them: `files` looks through the whole backup before anything is done and puts the
// files in place; `database` loads the rows. Run by the launcher.
import { readdirSync, rmSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { withClient } from "../database/connect.ts";
import { DatabaseProblem } from "../database/protocol.ts";
import { ensureDatabase, ensureRoles } from "../database/roles.ts";
import { RequestSchema as DatabaseRequestSchema } from "../database/protocol.ts";
import { inClone, UNFINISHED_RESTORE } from "../launcher/paths.mjs";
import { Terminal, type Step } from "../launcher/terminal.mjs";
import { verifyArchive } from "./archive-reader.ts";
import { loadFiles } from "./data-files.ts";
import { loadDatabase } from "./load.ts";
import type { Manifest } from "./manifest.ts";
import { asBackupProblem, BackupProblem } from "./problem.ts";

const RequestSchema = z.discriminatedUnion("part", [
  z.object({ part: z.literal("files"), file: z.string(), dataDirectory: z.string() }),
  z.object({ part: z.literal("database"), file: z.string(), dataDirectory: z.string(), database: DatabaseRequestSchema }),
]);

/** Checks the backup and the place, then writes secrets, YAML and blobs. Until the end a mark says that the directory is not whole. */
export async function restoreFiles(file: string, dataDirectory: string, onProgress: (bytes: number) => void): Promise<Manifest> {
  refuseFilled(dataDirectory);
  const manifest = await verifyArchive(file, onProgress);
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(dataDirectory)) rmSync(join(dataDirectory, name), { recursive: true });
  await writeFile(join(dataDirectory, UNFINISHED_RESTORE), `${file}\n`, { mode: 0o600 });
  await loadFiles(dataDirectory, file, manifest);
  return manifest;
}

/** An earlier restore that did not come to its end may be repeated; anything else stays. */
function refuseFilled(dataDirectory: string): void {
  const present = statSync(dataDirectory, { throwIfNoEntry: false }) ? readdirSync(dataDirectory) : [];
  if (present.length === 0 || present.includes(UNFINISHED_RESTORE)) return;
  throw new BackupProblem(`${dataDirectory} is not empty.`, "Restore into a new directory: CODER_DATA=/another/directory npm run restore -- FILE");
}

async function restoreRows(file: string, request: z.infer<typeof DatabaseRequestSchema>, step: Step): Promise<Manifest> {
  const manifest = await verifyArchive(file, () => undefined);
  await ensureDatabase(request.ownerUrl);
  await withClient(request.ownerUrl, async (client) => {
    if (request.roles) await ensureRoles(client, request.ownerUrl, request.roles);
    const onProgress = (done: number, total: number): void => step.progress(done, total, "tables");
    await loadDatabase({ client, ownerUrl: request.ownerUrl, archive: file, manifest, migrations: inClone("prisma", "migrations"), queueRole: request.queueRole, onProgress });
  });
  return manifest;
}

async function main(): Promise<number> {
  const terminal = new Terminal();
  try {
    const request = RequestSchema.parse(JSON.parse(await text(process.stdin)));
    if (request.part === "files") {
      refuseFilled(request.dataDirectory);
      await terminal.step("Backup is whole", async (step) => {
        const { version, createdAt, files } = await restoreFiles(request.file, request.dataDirectory, (bytes) => step.progress(Math.round(bytes / 1e6), 0, "MB"));
        step.detail(`version ${version} of ${createdAt}, ${files.length} files`);
      });
    } else {
      await terminal.step("Database", async (step) => {
        const { tables } = await restoreRows(request.file, request.database, step);
        step.detail(`${tables.reduce((sum, table) => sum + table.rows, 0)} rows of ${tables.length} tables`);
      });
      const place = request.dataDirectory === inClone(".data") ? "" : `CODER_DATA=${request.dataDirectory} `;
      terminal.line(`\n  All is as it was at the time of the backup. Start it: ${place}npm start\n`);
    }
    return 0;
  } catch (error) {
    terminal.problem(error instanceof DatabaseProblem ? new BackupProblem(error.message, error.remedy, { details: error.details }) : asBackupProblem(error, "the data directory"));
    return 1;
  }
}

if (import.meta.main) process.exitCode = await main();
