import { once } from "node:events";
import { mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { startEmbeddedServer } from "./embedded-server.ts";

/** Runs the shared test server and ends it, files and all, when nobody has held it for a while. Started by `holdSharedServer`. */
const IDLE_MS = 10_000;
const [directory] = process.argv.slice(2);
if (!directory) throw new Error("Give the directory");

const statePath = join(directory, "state.json");
const log = join(directory, "supervisor.log");

async function main(home: string): Promise<void> {
  for (const name of await readdir(home)) if (name.startsWith("run-")) await rm(join(home, name), { recursive: true, force: true });
  const run = await mkdtemp(join(home, "run-"));
  const server = await startEmbeddedServer({ directory: run });
  let holders = 0;
  let idle: NodeJS.Timeout | undefined;
  let leaving = false;
  const leave = async (): Promise<void> => {
    leaving = true;
    await rm(statePath, { force: true });
    await server.stop();
    await rm(run, { recursive: true, force: true });
    process.exit(0);
  };
  const wait = (): void => {
    idle = setTimeout(() => void leave(), IDLE_MS);
  };
  const door = createServer((socket) => {
    // Who read the address a moment ago is not greeted any more, and starts another.
    if (leaving) return void socket.destroy();
    holders += 1;
    clearTimeout(idle);
    socket.on("error", () => {});
    socket.on("close", () => {
      holders -= 1;
      if (holders === 0) wait();
    });
    socket.resume();
    socket.write("coder-test-postgres");
  });
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  const address = door.address();
  if (address === null || typeof address === "string") throw new Error("No port was given");
  await writeFile(`${statePath}.new`, JSON.stringify({ url: server.url(), holdPort: address.port }), { mode: 0o600 });
  await rename(`${statePath}.new`, statePath);
  wait();
  process.send?.("ready");
}

main(directory).catch(async (error: unknown) => {
  await writeFile(log, error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
});
