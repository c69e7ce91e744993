import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { constants, fchownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { sandboxFailed } from "../errors.ts";
import { SYSTEM_PATH } from "../execute.ts";
import type { InheritedDescriptors } from "./descriptors.ts";
import { HeldDescriptors } from "./HeldDescriptors.ts";

/** Where a fork tells what it has to tell. */
export const TOLD_FD = 3;
/** Its files follow. */
export const FIRST_FILE_FD = 4;
/** Its way to us; a shell knows no higher number. */
export const ANSWER_FD = 9;

const PROBLEM_CHARACTERS = 2_000;
/** What stands behind them in the shell, for the next fork's streams. */
const PIPES = { stdin: 3, stdout: 4, stderr: 5, told: 6 } as const;

/**
 * Makes four pipes, says so, and waits to be told which script of our folder comes next. The fork that reads it says so when it ends before it became a program.
 * `jobs` takes leave of those that have ended. When there is no more to read, this process is gone.
 *
 * A shell has no other way to make a pipe that nobody is behind than a document in its text, and the document has to have a line.
 */
const SERVE = `exec ${ANSWER_FD}>&1 >/dev/null
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
  echo ready >&${ANSWER_FD}
  read -r run
do
  ( trap 'echo "$run ended $?" >&${ANSWER_FD}' EXIT; . "$1/$run" ) &
  jobs
done
rm -rf "$1"`;

export interface ForkRequest {
  /** For a shell, every word of it ours. It knows its process as `$pid`, and becomes a program that does not get `ANSWER_FD`. */
  readonly script: string;
  /** For reading, from `FIRST_FILE_FD` on. */
  readonly files: readonly Uint8Array[];
  /** Who may open the streams by their names (`/dev/stdout`); null: whoever we are. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

export interface Forked {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** What is written to `TOLD_FD`. It ends with the process. */
  readonly told: Readable;
}

interface Answer {
  readonly what: string;
  readonly number: number;
}

/**
 * A shell that stays, and starts programs for this process. Node's own spawn is a fork of all of Node: of 52 MB that costs 15 ms of CPU time where a shell's
 * costs 3, of 170 MB more than 20, and the event loop stands still for half of it.
 *
 * To a process that is there already no descriptor can be handed. So it is the shell that makes the pipes for a fork's streams, this process opens its ends
 * of them by way of `/proc`, and what else a fork reads lies in a folder that nobody else may enter, until it has opened it.
 */
export class ForkServer {
  readonly #folder = mkdtempSync(path.join(tmpdir(), "coder-sandbox-"));
  readonly #shell: ChildProcess;
  readonly #stdin: Writable;
  readonly #ended: Promise<void>;
  readonly #waiting = new Map<string, PromiseWithResolvers<Answer>>();
  #ready = Promise.withResolvers<void>();
  /** One after the other, because all of them find their pipes in the same place. */
  #turn: Promise<void> = this.#ready.promise;
  #alive = true;
  #problem = "";
  #count = 0;

  constructor(descriptors: InheritedDescriptors) {
    this.#shell = spawn("/bin/sh", ["-c", SERVE, "sh", this.#folder], {
      cwd: "/",
      env: { PATH: SYSTEM_PATH },
      stdio: descriptors.covered(["pipe", "pipe", "pipe"]),
      // What a terminal sends to the product is for the product to answer.
      detached: true,
    });
    const { stdin, stdout, stderr } = this.#shell;
    if (!stdin || !stdout || !stderr) throw sandboxFailed("it has no standard streams");
    this.#stdin = stdin.on("error", () => undefined);
    createInterface({ input: stdout }).on("line", (line) => this.#onLine(line));
    stderr.on("data", (data: Buffer) => (this.#problem = (this.#problem + data.toString()).slice(-PROBLEM_CHARACTERS)));
    this.#ended = once(this.#shell, "exit").then(() => this.#onEnd(), (error: unknown) => this.#onEnd(error));
    this.#setWaitedFor(false);
  }

  /** False: another one has to be made. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Throws `sandbox_failed`. */
  async fork(request: ForkRequest): Promise<Forked> {
    const run = String((this.#count += 1));
    const ours = new HeldDescriptors();
    const theirs = new FolderFiles(this.#folder, run);
    const answered = Promise.withResolvers<Answer>();
    // The shell may end while its turn has not come.
    answered.promise.catch(() => undefined);
    this.#waiting.set(run, answered);
    this.#setWaitedFor(true);
    try {
      const started = this.#turn.then(() => this.#start(run, request, ours, theirs));
      this.#turn = started.then(() => this.#ready.promise, () => undefined);
      const { stdin, stdout, stderr, told } = await started;
      const { what, number } = await answered.promise;
      if (what !== "began") throw this.#failure();
      return { pid: number, stdin: new Socket({ fd: stdin, readable: false, writable: true }), stdout: reading(stdout), stderr: reading(stderr), told: reading(told) };
    } catch (error) {
      ours.close();
      throw error;
    } finally {
      theirs.remove();
      this.#waiting.delete(run);
      this.#setWaitedFor(this.#waiting.size > 0);
    }
  }

  async close(): Promise<void> {
    this.#setWaitedFor(true);
    this.#stdin.end();
    await this.#ended;
  }

  /** Sends a request to the shell. Returns our ends of its pipes. */
  #start(run: string, { script, files, owner }: ForkRequest, ours: HeldDescriptors, theirs: FolderFiles): Record<keyof typeof PIPES, number> {
    if (!this.#alive) throw this.#failure();
    const open = (name: keyof typeof PIPES, flags: number): number => {
      const descriptor = ours.open(`/proc/${this.#shell.pid}/fd/${PIPES[name]}`, flags | constants.O_NONBLOCK);
      if (owner !== null) fchownSync(descriptor, owner.uid, owner.gid);
      return descriptor;
    };
    const { O_RDONLY, O_WRONLY } = constants;
    const descriptors = { stdin: open("stdin", O_WRONLY), stdout: open("stdout", O_RDONLY), stderr: open("stderr", O_RDONLY), told: open("told", O_RDONLY) };
    const { stdin, stdout, stderr, told } = PIPES;
    const own = "/proc/self/fd";
    const redirections = [
      `<&${stdin} >${own}/${stdout} 2>${own}/${stderr} ${TOLD_FD}>${own}/${told} ${stdout}<&- ${stderr}<&- ${told}<&-`,
      ...files.map((content, index) => `${FIRST_FILE_FD + index}<"$1/${theirs.add(content)}"`),
    ];
    theirs.script(`exec ${redirections.join(" ")}; read -r pid _ </proc/self/stat; echo "$run began $pid" >&${ANSWER_FD}; ${script}`);
    this.#ready = Promise.withResolvers<void>();
    this.#stdin.write(`${run}\n`);
    return descriptors;
  }

  #onLine(line: string): void {
    if (line === "ready") return this.#ready.resolve();
    const [run = "", what = "", number = ""] = line.split(" ");
    this.#waiting.get(run)?.resolve({ what, number: Number(number) });
  }

  #onEnd(error?: unknown): void {
    this.#alive = false;
    if (error !== undefined) this.#problem += String(error);
    rmSync(this.#folder, { recursive: true, force: true });
    this.#ready.resolve();
    for (const { reject } of this.#waiting.values()) reject(this.#failure());
  }

  #failure(): Error {
    return sandboxFailed(this.#problem.trim() || "the shell that starts programs has ended");
  }

  /** Whether this process goes on for its sake. */
  #setWaitedFor(waited: boolean): void {
    const sockets = [this.#shell.stdin, this.#shell.stdout, this.#shell.stderr].filter((stream) => stream instanceof Socket);
    for (const handle of [this.#shell, ...sockets]) {
      if (waited) handle.ref();
      else handle.unref();
    }
  }
}

/** What a fork reads, under its run's name. */
class FolderFiles {
  readonly #folder: string;
  readonly #run: string;
  readonly #names: string[] = [];

  constructor(folder: string, run: string) {
    this.#folder = folder;
    this.#run = run;
  }

  script(text: string): void {
    this.#write(this.#run, Buffer.from(text));
  }

  /** Returns its name. */
  add(content: Uint8Array): string {
    return this.#write(`${this.#run}-${this.#names.length}`, content);
  }

  remove(): void {
    for (const name of this.#names) rmSync(path.join(this.#folder, name), { force: true });
  }

  #write(name: string, content: Uint8Array): string {
    this.#names.push(name);
    writeFileSync(path.join(this.#folder, name), content, { mode: 0o600, flag: "wx" });
    return name;
  }
}

function reading(descriptor: number): Socket {
  return new Socket({ fd: descriptor, readable: true, writable: false });
}
