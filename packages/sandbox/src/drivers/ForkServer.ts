import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { constants, fchownSync, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { isAppError } from "@coder/shared";
import { sandboxFailed } from "../errors.ts";
import { SYSTEM_PATH } from "../execute.ts";
import type { InheritedDescriptors } from "./descriptors.ts";
import { ForkFiles } from "./ForkFiles.ts";
import { sendKill } from "./outcome.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";

/** Where a fork tells what it has to tell. */
export const TOLD_FD = 3;
/** Its files follow. */
export const FIRST_FILE_FD = 4;
/** The shell's way to us; it knows no higher number. */
export const ANSWER_FD = 9;

const PROBLEM_CHARACTERS = 2_000;

/**
 * Makes four pipes, says so, and waits to be told which script of our folder comes next, for a fork to read. `jobs` takes leave of forks that have ended.
 *
 * A shell's only way to a pipe is a document in its text, which has to have a line; the writing end is closed then. So it opens those that a fork writes to
 * again, for both: a pipe that nobody writes to is at its end.
 *
 * When the product is gone there is nothing more to read, and nobody to write to. Then everything in this shell's process group goes. Bubblewrap's first process
 * inside leaves that group, and only after that ties itself to the one outside: so each fork is stopped, that it begins nothing more, and what it has begun is ended first.
 */
const SERVE = `trap : PIPE
exec ${ANSWER_FD}>&1 >/dev/null
while
  exec 3<<. 4<<. 5<<. 6<<.
pipe
.
pipe
.
pipe
.
pipe
.
  read -r _ <&3; read -r _ <&4; read -r _ <&5; read -r _ <&6
  exec 4<>/proc/self/fd/4 5<>/proc/self/fd/5 6<>/proc/self/fd/6
  echo ready >&${ANSWER_FD}
  read -r run
do
  ( . "$1/$run" ) &
  jobs
done
read -r forks </proc/$$/task/$$/children
for fork in $forks; do
  kill -STOP $fork
  tries=0
  while read -r _ _ state _ </proc/$fork/stat && [ "$state" != T ] && [ "$state" != Z ] && [ $tries -lt 50 ]; do
    sleep 0.01
    tries=$((tries + 1))
  done
  begun=
  read -r begun </proc/$fork/task/$fork/children
  [ -z "$begun" ] || kill -KILL $begun
done 2>/dev/null
rm -rf "$1"
kill -KILL 0`;

/** The fork's streams from those pipes: each open for what it is used for, so that it notices when we close ours. But it hears itself what it tells: ours may close while it must go on. */
const STREAMS = `<&3 >/proc/self/fd/4 2>/proc/self/fd/5 ${TOLD_FD}>&6 4<&- 5<&- 6<&-`;

export interface ForkRequest {
  /** For a shell, every word of it ours. It knows its process as `$pid`, and becomes a program that does not get `ANSWER_FD`. */
  readonly script: string;
  /** For reading, from `FIRST_FILE_FD` on. */
  readonly files: readonly Uint8Array[];
  /** Who may open the streams by their names (`/dev/stdout`); null: whoever we are. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  /** Gets what is written to `TOLD_FD`, in pieces. */
  readonly onTold: (text: string) => void;
}

export interface Forked {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the process is gone, and everything that got `TOLD_FD` from it. */
  readonly ended: Promise<void>;
}

/** Our ends. */
interface Streams {
  readonly stdin: Socket;
  readonly stdout: Socket;
  readonly stderr: Socket;
  readonly told: Socket;
}

/**
 * A shell that stays, and starts programs for this process. Node's own spawn is a fork of all of Node: of 52 MB that costs 15 ms of CPU time where a shell's
 * costs 3, of 170 MB more than 20, and the event loop stands still for half of it.
 *
 * To a process that is there already no descriptor can be handed. So it is the shell that makes the pipes for a fork's streams, this process opens its ends
 * of them by way of `/proc`, and what else a fork reads lies in a folder that nobody else may enter, until it has opened it.
 */
export class ForkServer {
  readonly #folder = makeTemporaryFolder("forks");
  readonly #shell: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #waiting = new Map<string, PromiseWithResolvers<number>>();
  #ready = Promise.withResolvers<void>();
  /** One after the other, because all of them find their pipes in the same place. */
  #turn: Promise<void> = this.#ready.promise;
  #alive = true;
  #waitedFor = true;
  #problem = "";
  #count = 0;

  constructor(descriptors: InheritedDescriptors) {
    this.#shell = spawn("/bin/sh", ["-c", SERVE, "sh", this.#folder], {
      cwd: "/",
      env: { PATH: SYSTEM_PATH },
      stdio: descriptors.covered(["pipe", "pipe", "pipe"]),
      // A group of its own: what a terminal sends to the product is for the product to answer.
      detached: true,
    });
    this.#ended = once(this.#shell, "exit").then(() => this.#onEnd(), (error: unknown) => this.#onEnd(error));
    const { stdin, stdout, stderr } = this.#shell;
    stdin?.on("error", () => undefined);
    stderr?.on("data", (data: Buffer) => (this.#problem = (this.#problem + data.toString()).slice(-PROBLEM_CHARACTERS)));
    if (stdout) createInterface({ input: stdout }).on("line", (line) => this.#onLine(line));
    this.#waitFor(false);
  }

  /** False: another one has to be made. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Throws `sandbox_failed`. */
  async fork(request: ForkRequest): Promise<Forked> {
    const run = String((this.#count += 1));
    const began = Promise.withResolvers<number>();
    // The shell may end before its turn has come.
    began.promise.catch(() => undefined);
    this.#waiting.set(run, began);
    this.#waitFor(true);
    const files = new ForkFiles(this.#folder, run);
    let streams: Streams | null = null;
    try {
      const started = this.#turn.then(() => this.#start(run, request, files));
      this.#turn = started.then(() => this.#ready.promise, () => undefined);
      streams = await started;
      const { stdin, stdout, stderr, told } = streams;
      const ended = closed(told.setEncoding("utf8").on("data", request.onTold));
      // What it said before its end may have come in the same moment, behind it.
      void ended.then(() => setImmediate(() => began.reject(this.#failure())));
      return { pid: await began.promise, stdin, stdout, stderr, ended };
    } catch (error) {
      if (streams) for (const each of Object.values(streams)) each.destroy();
      throw isAppError(error) ? error : this.#failure(error);
    } finally {
      files.remove();
      this.#waiting.delete(run);
      this.#waitFor(this.#waiting.size > 0);
    }
  }

  async close(): Promise<void> {
    this.#waitFor(true);
    this.#shell.stdin?.end();
    await this.#ended;
  }

  /** Sends a request to the shell. Returns our ends of its pipes. */
  #start(run: string, { script, files, owner }: ForkRequest, folder: ForkFiles): Streams {
    if (!this.#alive) throw this.#failure();
    const redirections = files.map((content, index) => `${FIRST_FILE_FD + index}<"$1/${folder.add(content)}"`);
    folder.addScript(`exec ${STREAMS} ${redirections.join(" ")}; read -r pid _ </proc/self/stat; echo "$run $pid" >&${ANSWER_FD}; ${script}`);
    const opened: Socket[] = [];
    const open = (number: number, flags: number): Socket => {
      const descriptor = openSync(`/proc/${this.#shell.pid}/fd/${number}`, flags | constants.O_NONBLOCK);
      if (owner !== null) fchownSync(descriptor, owner.uid, owner.gid);
      const socket = new Socket({ fd: descriptor, readable: flags === constants.O_RDONLY, writable: flags === constants.O_WRONLY });
      opened.push(socket.on("error", () => undefined));
      return socket;
    };
    try {
      const streams = { stdin: open(3, constants.O_WRONLY), stdout: open(4, constants.O_RDONLY), stderr: open(5, constants.O_RDONLY), told: open(6, constants.O_RDONLY) };
      this.#ready = Promise.withResolvers<void>();
      this.#problem = "";
      this.#shell.stdin?.write(`${run}\n`);
      return streams;
    } catch (error) {
      for (const each of opened) each.destroy();
      throw error;
    }
  }

  #onLine(line: string): void {
    if (line === "ready") return this.#ready.resolve();
    const [run = "", pid = ""] = line.split(" ");
    this.#waiting.get(run)?.resolve(Number(pid));
  }

  #onEnd(error?: unknown): void {
    this.#alive = false;
    if (error !== undefined) this.#problem += String(error);
    // Nobody is left to say which of its forks have begun.
    if (this.#shell.pid !== undefined) sendKill(-this.#shell.pid);
    this.#ready.resolve();
    for (const { reject } of this.#waiting.values()) reject(this.#failure());
    try {
      rmSync(this.#folder, { recursive: true, force: true });
    } catch {
      // It is removed later, as one of a process that is gone.
    }
  }

  #failure(error?: unknown): Error {
    const reason = error instanceof Error ? error.message : this.#problem.trim();
    return sandboxFailed(reason || `the shell that starts programs ${this.#alive ? "could not start one" : "has ended"}`);
  }

  /** Whether this process goes on for its sake. */
  #waitFor(waited: boolean): void {
    if (waited === this.#waitedFor) return;
    this.#waitedFor = waited;
    const sockets = [this.#shell.stdin, this.#shell.stdout, this.#shell.stderr].filter((stream) => stream instanceof Socket);
    for (const handle of [this.#shell, ...sockets]) {
      if (waited) handle.ref();
      else handle.unref();
    }
  }
}

function closed(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once("close", () => resolve());
  return promise;
}
