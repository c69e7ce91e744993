import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { Backoff } from "./backoff.mjs";
import { LogFile } from "./log-file.mjs";
import { messageOf, Problem, Stopped } from "./problem.mjs";
import { send, startTimeOf } from "./processes.mjs";
import { seconds } from "./terminal.mjs";

/** @import { ChildProcess } from "node:child_process" */

/**
 * @typedef {object} Program What to start.
 * @property {string} file
 * @property {readonly string[]} args
 * @property {NodeJS.ProcessEnv} env
 * @property {string} cwd
 * @property {boolean} [channel] A channel to the launcher: it tells when it is ready, and learns from the channel's end that the launcher is gone.
 *
 * @typedef {object} ProcessSpec
 * @property {string} name
 * @property {() => Program | Promise<Program>} program Asked before every start.
 * @property {(pid: number, told: boolean) => boolean | Promise<boolean>} isReady `told`: whether it sent `{ type: "ready" }` over the channel.
 * @property {number} readyWithinMs
 * @property {readonly { signal: NodeJS.Signals, waitMs: number }[]} stop Signals in turn, each with the time it is given. SIGKILL to the whole group comes last by itself.
 * @property {NodeJS.Signals} killSignal What a second Ctrl-C sends.
 * @property {string} log Path of its log file.
 *
 * @typedef {"starting" | "ready" | "waiting" | "stopping" | "stopped"} ProcessState
 *
 * @typedef {object} ProcessStatus
 * @property {string} name
 * @property {number | null} pid
 * @property {string | null} startTime Tells two processes with the same pid apart.
 * @property {ProcessState} state
 * @property {number} restarts
 * @property {string} since When it came into this state.
 * @property {{ at: string, code: number | null, signal: string | null, reason: string } | null} lastExit
 *
 * @typedef {object} ProcessOptions
 * @property {(status: ProcessStatus) => void} [onChange]
 * @property {(text: string) => void} [announce]
 * @property {(name: string, data: Buffer) => void} [onOutput]
 * @property {Backoff} [backoff]
 */

const FIRST_ATTEMPTS = 3;
const POLL_MS = 25;

/** One process that is kept running: started again after a crash, later and later when it keeps crashing. */
export class SupervisedProcess {
  #spec;
  #options;
  #backoff;
  #log;
  /** @type {ProcessStatus} */
  #status;
  /** @type {ChildProcess | null} */
  #child = null;
  #toldReady = false;
  #stop = new AbortController();
  /** @type {Promise<void>} */
  #loop = Promise.resolve();

  /**
   * @param {ProcessSpec} spec
   * @param {ProcessOptions} [options]
   */
  constructor(spec, options = {}) {
    this.#spec = spec;
    this.#options = options;
    this.#backoff = options.backoff ?? new Backoff();
    this.#log = new LogFile(spec.log);
    this.#status = { name: spec.name, pid: null, startTime: null, state: "stopped", restarts: 0, since: new Date().toISOString(), lastExit: null };
  }

  get #title() {
    return `${this.#spec.name[0]?.toUpperCase()}${this.#spec.name.slice(1)}`;
  }

  get status() {
    return this.#status;
  }

  /**
   * Starts it. Resolves when it is ready for the first time; rejects when it fails a few times before that: then waiting longer does not help.
   *
   * @returns {Promise<void>}
   */
  start() {
    return new Promise((resolve, reject) => {
      this.#loop = this.#keepRunning({ onFirstReady: resolve, onGivenUp: reject });
    });
  }

  /** Ends it in order, with force in the end. */
  async stop() {
    this.#stop.abort();
    const child = this.#child;
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      this.#change({ state: "stopping" });
      await this.#signalInTurn(child, child.pid);
    }
    await this.#loop;
    this.#log.close();
  }

  /** Ends it at once. */
  kill() {
    this.#stop.abort();
    if (this.#child?.pid !== undefined) send(this.#child.pid, this.#spec.killSignal);
  }

  /** The last resort, for the moment in which the launcher itself ends. */
  killGroup() {
    if (this.#child?.pid !== undefined) send(-this.#child.pid, "SIGKILL");
  }

  /** @param {{ onFirstReady: () => void, onGivenUp: (error: unknown) => void }} callbacks */
  async #keepRunning({ onFirstReady, onGivenUp }) {
    let everReady = false;
    for (let attempt = 1; !this.#stop.signal.aborted; attempt += 1) {
      const { ranMs, reason } = await this.#runOnce(() => {
        everReady = true;
        onFirstReady();
      });
      if (this.#stop.signal.aborted) break;
      if (!everReady && attempt >= FIRST_ATTEMPTS) {
        this.#change({ state: "stopped" });
        return onGivenUp(
          new Problem(`${this.#title} does not start: it ${reason}, ${FIRST_ATTEMPTS} times in a row.`, `Put right what its last lines say and start again; the whole log is ${this.#spec.log}`, { details: this.#log.tail(20) }),
        );
      }
      const waitMs = this.#backoff.next(ranMs);
      this.#change({ state: "waiting", restarts: this.#status.restarts + 1 });
      this.#options.announce?.(`${this.#title} ${reason}; it is started again in ${seconds(waitMs)} (restart ${this.#status.restarts}, log: ${this.#spec.log})`);
      await delay(waitMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
    this.#change({ state: "stopped" });
    onGivenUp(new Stopped());
  }

  /**
   * @param {() => void} onReady
   * @returns {Promise<{ ranMs: number, reason: string }>}
   */
  async #runOnce(onReady) {
    this.#change({ state: "starting" });
    /** @type {ChildProcess} */
    let child;
    try {
      const program = await this.#spec.program();
      if (this.#stop.signal.aborted) return { ranMs: 0, reason: "was stopped" };
      child = spawn(program.file, [...program.args], { cwd: program.cwd, env: program.env, detached: true, stdio: program.channel ? ["ignore", "pipe", "pipe", "ipc"] : ["ignore", "pipe", "pipe"] });
    } catch (error) {
      this.#log.write(Buffer.from(`${messageOf(error)}\n`));
      return { ranMs: 0, reason: `cannot be started (${messageOf(error)})` };
    }
    this.#child = child;
    this.#toldReady = false;
    child.on("message", (/** @type {unknown} */ message) => {
      if (typeof message === "object" && message !== null && "type" in message && message.type === "ready") this.#toldReady = true;
    });
    this.#change({ pid: child.pid ?? null, startTime: child.pid === undefined ? null : startTimeOf(child.pid) });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (/** @type {Buffer} */ data) => {
        this.#log.write(data);
        this.#options.onOutput?.(this.#spec.name, data);
      });
    }
    const ended = /** @type {Promise<{ code: number | null, signal: string | null, error?: Error }>} */ (
      new Promise((resolve) => {
        child.once("error", (error) => resolve({ code: null, signal: null, error }));
        child.once("exit", (code, signal) => resolve({ code, signal }));
      })
    );
    let readyAt = 0;
    const tooLate = await this.#untilReady(child, ended, () => {
      readyAt = Date.now();
      this.#change({ state: "ready" });
      onReady();
    });
    const { code, signal, error } = await ended;
    const how = error ? `cannot be started (${error.message})` : code === null ? `was ended by ${signal}` : `ended with exit code ${code}`;
    const reason = tooLate ? `was not ready within ${seconds(this.#spec.readyWithinMs)}` : how;
    // What it started and left behind goes with it.
    if (child.pid !== undefined) send(-child.pid, "SIGKILL");
    this.#child = null;
    this.#change({ pid: null, startTime: null, lastExit: { at: new Date().toISOString(), code, signal, reason } });
    return { ranMs: readyAt === 0 ? 0 : Date.now() - readyAt, reason };
  }

  /**
   * @param {ChildProcess} child
   * @param {Promise<unknown>} ended
   * @param {() => void} onReady
   * @returns {Promise<boolean>} Whether it took too long and was killed.
   */
  async #untilReady(child, ended, onReady) {
    const over = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
    const deadline = Date.now() + this.#spec.readyWithinMs;
    while (child.pid !== undefined && !over()) {
      if (await this.#asksReady(child.pid)) {
        if (!over() && !this.#stop.signal.aborted) onReady();
        return false;
      }
      if (Date.now() > deadline && !this.#stop.signal.aborted) {
        send(-child.pid, "SIGKILL");
        return true;
      }
      await Promise.race([delay(POLL_MS), ended]);
    }
    return false;
  }

  /** @param {number} pid */
  async #asksReady(pid) {
    try {
      return await this.#spec.isReady(pid, this.#toldReady);
    } catch {
      return false;
    }
  }

  /**
   * @param {ChildProcess} child
   * @param {number} pid
   */
  async #signalInTurn(child, pid) {
    const ended = new Promise((resolve) => child.once("exit", () => resolve(true)));
    for (const { signal, waitMs } of this.#spec.stop) {
      send(pid, signal);
      const timer = new AbortController();
      const gone = await Promise.race([ended, delay(waitMs, false, { signal: timer.signal }).catch(() => false)]);
      timer.abort();
      if (gone) return;
      this.#options.announce?.(`${this.#title} did not end within ${seconds(waitMs)} of ${signal}`);
    }
    send(-pid, "SIGKILL");
  }

  /** @param {Partial<ProcessStatus>} change */
  #change(change) {
    const since = change.state && change.state !== this.#status.state ? { since: new Date().toISOString() } : {};
    this.#status = { ...this.#status, ...since, ...change };
    this.#options.onChange?.(this.#status);
  }
}
