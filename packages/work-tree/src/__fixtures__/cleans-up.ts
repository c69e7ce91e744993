import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { inStaging, removeLeftovers, temporaryIn } from "../staging.ts";

// Started by somebody who is not root: tells as JSON what is left of folders that a program closed to their owner.
const staging = await mkdtemp(path.join(tmpdir(), "coder-staging-"));
async function close(folder: string): Promise<void> {
  await mkdir(path.join(folder, "read-only/closed/deep"), { recursive: true });
  await writeFile(path.join(folder, "read-only/closed/deep/file"), "x");
  // More than is removed at once: some of it is under way when the closed ones are found.
  for (let place = 0; place < 400; place += 1) {
    await mkdir(path.join(folder, `wide-${place % 20}/${place}`), { recursive: true });
    await writeFile(path.join(folder, `wide-${place % 20}/${place}/file`), "x");
  }
  for (const [each, mode] of [["read-only/closed", 0], ["read-only", 0o555]] as const) await chmod(path.join(folder, each), mode);
}
const old = temporaryIn(staging);
await close(old);
await utimes(old, 0, 0);
await removeLeftovers(staging, new Date(1_000));
await inStaging(staging, close);
process.stdout.write(JSON.stringify(await readdir(staging)));
await rm(staging, { recursive: true });
