import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

export const REPOSITORY = fileURLToPath(new URL("../../../../", import.meta.url));

const State = z.object({ url: z.string(), holdPort: z.number() });
export type SharedServerState = z.infer<typeof State>;

const START_LIMIT_MS = 60_000;

/** One server per clone and user, shared by all test processes that run at the same time. */
export function sharedServerDirectory(): string {
  const clone = createHash("sha256").update(REPOSITORY).digest("hex").slice(0, 12);
  return join(tmpdir(), `coder-test-postgres-${process.getuid?.() ?? 0}-${clone}`);
}

/**
 * Finds the running test server or starts it. An open socket to its supervisor is what keeps it alive: when the last test process
 * is gone, however it went, the server goes too.
 */
export async function holdSharedServer(): Promise<SharedServerState> {
  const directory = sharedServerDirectory();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const deadline = Date.now() + START_LIMIT_MS;
  while (Date.now() < deadline) {
    const state = await readState(directory);
    if (state && (await hold(state.holdPort))) return state;
    await startOnce(directory);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`The test server did not start within a minute; see ${join(directory, "supervisor.log")}`);
}

async function readState(directory: string): Promise<SharedServerState | null> {
  const text = await readFile(join(directory, "state.json"), "utf8").catch(() => null);
  return text === null ? null : State.parse(JSON.parse(text));
}

async function hold(port: number): Promise<boolean> {
  const socket: Socket = connect(port, "127.0.0.1");
  // The supervisor greets: another program may have got the port meanwhile.
  const greeted = once(socket, "data").then(([chunk]) => String(chunk) === "coder-test-postgres", () => false);
  const ended = once(socket, "close").then(() => false);
  socket.on("error", () => {});
  if (!(await Promise.race([greeted, ended]))) return false;
  socket.unref();
  return true;
}

/** Of all processes that find no server, the one that makes the lock starts it. */
async function startOnce(directory: string): Promise<void> {
  const lock = join(directory, "starting");
  try {
    await mkdir(lock);
  } catch {
    const age = Date.now() - ((await stat(lock).catch(() => null))?.mtimeMs ?? Date.now());
    if (age > START_LIMIT_MS / 2) await rm(lock, { recursive: true, force: true });
    return;
  }
  try {
    const child = spawn(process.execPath, [fileURLToPath(new URL("./supervisor.ts", import.meta.url)), directory], { detached: true, stdio: ["ignore", "ignore", "ignore", "ipc"] });
    await Promise.race([once(child, "message"), once(child, "exit")]);
    if (child.connected) child.disconnect();
    child.unref();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}
