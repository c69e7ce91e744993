import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { acquireLock, LockHeldError } from "./lock.mjs";
import { inClone } from "./paths.mjs";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coder-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("one holds it, the others learn who", async () => {
  const lock = await acquireLock(join(folder, "id"), () => ({ command: "start" }));
  const refused = acquireLock(join(folder, "id"));
  await expect(refused).rejects.toBeInstanceOf(LockHeldError);
  await expect(refused).rejects.toMatchObject({ holder: { pid: process.pid, command: "start" } });
  await lock.release();
  await (await acquireLock(join(folder, "id"))).release();
});

test("of twenty that come at once exactly one gets it", async () => {
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => acquireLock(join(folder, "id"))));
  const held = results.filter((result) => result.status === "fulfilled");
  expect(held).toHaveLength(1);
  await Promise.all(held.map(({ value }) => value.release()));
});

test("kill -9 of the holder frees it", async () => {
  const program = `import { acquireLock } from ${JSON.stringify(pathToFileURL(inClone("tooling/launcher/lock.mjs")).href)}; await acquireLock(process.argv[1]); console.log("held"); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ["--input-type=module", "-e", program, join(folder, "id")], { stdio: ["ignore", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  await expect(acquireLock(join(folder, "id"))).rejects.toMatchObject({ holder: { pid: holder.pid } });
  holder.kill("SIGKILL");
  await once(holder, "exit");
  await (await acquireLock(join(folder, "id"))).release();
});
