import type { Readable, Writable } from "node:stream";
import type { Launched, Outcome } from "./drivers/driver.ts";
import { sandboxFailed } from "./errors.ts";
import type { IMeter, Usage } from "./limits/meter.ts";
import type { TreeSize } from "./limits/TreeSize.ts";
import { OutputMeter } from "./OutputMeter.ts";
import type { SandboxEnd, SandboxLimits, SandboxProcess } from "./ISandbox.ts";

/** Looks often at what is young, because most of what goes wrong does so at once, and seldom at what has been running for long. */
const FIRST_LOOK_MS = 100;
const LAST_LOOK_MS = 250;
const PART_OF_AGE = 8;

export interface RunParts {
  readonly launched: Launched;
  readonly limits: SandboxLimits;
  readonly meter: IMeter;
  /** Null: the run writes to no tree, or may fill it. */
  readonly treeSize: TreeSize | null;
  /** Each of them ends it. */
  readonly signals: readonly AbortSignal[];
}

/** A program at work: ends it when it meets a limit or is told to, and says how it ended. */
export class Run implements SandboxProcess {
  readonly stdin: Writable;
  readonly ended: Promise<SandboxEnd>;
  readonly #parts: RunParts;
  readonly #output: OutputMeter;
  readonly #started = performance.now();
  #over = false;
  #stopWaiting: () => void = () => undefined;
  #endedBy: SandboxEnd["endedBy"] = null;

  constructor(parts: RunParts) {
    this.#parts = parts;
    const { launched, limits, signals } = parts;
    this.stdin = launched.stdin.on("error", () => undefined);
    this.#output = new OutputMeter(launched, limits.outputBytes, () => this.#end("output"));
    this.ended = this.#supervise();
    // Whoever only reads the streams has not asked how it ended.
    this.ended.catch(() => undefined);
    for (const signal of signals) signal.addEventListener("abort", this.kill, { once: true });
    if (signals.some(({ aborted }) => aborted)) this.kill();
  }

  get stdout(): Readable {
    return this.#output.stdout;
  }

  get stderr(): Readable {
    return this.#output.stderr;
  }

  get truncated(): Readonly<OutputMeter["truncated"]> {
    return this.#output.truncated;
  }

  readonly kill = (): void => this.#end("abort");

  #end(by: NonNullable<SandboxEnd["endedBy"]>): void {
    this.#endedBy ??= by;
    this.#parts.launched.kill();
  }

  async #supervise(): Promise<SandboxEnd> {
    const { launched, meter, limits, signals } = this.#parts;
    const wall = limits.wallSeconds === null ? undefined : setTimeout(() => this.#end("wall"), limits.wallSeconds * 1_000);
    const watch = this.#watch();
    try {
      const ended = await launched.ended;
      const durationMs = performance.now() - this.#started;
      const usage = await meter.read();
      const outcome = ended ?? (this.#endedBy === null && usage.exceeded === null ? await this.#neverBegan() : null);
      const treeGrowthBytes = this.#endedBy === "abort" ? null : ((await this.#parts.treeSize?.growth()) ?? null);
      // It was faster than the next look.
      if (treeGrowthBytes !== null && treeGrowthBytes > (limits.treeGrowthBytes ?? Number.POSITIVE_INFINITY)) this.#endedBy ??= "tree";
      const { exitCode, signal } = outcome ?? { exitCode: null, signal: "SIGKILL" };
      return { exitCode, signal, endedBy: this.#endedBy ?? endedByKernel(signal, usage, limits), durationMs, cpuMs: usage.cpuMs, peakMemoryBytes: usage.peakMemoryBytes, treeGrowthBytes };
    } finally {
      clearTimeout(wall);
      for (const signal of signals) signal.removeEventListener("abort", this.kill);
      this.#over = true;
      this.#stopWaiting();
      await watch;
      await meter.close();
    }
  }

  /** Throws `sandbox_failed`, unless it was the program that could not be executed. */
  async #neverBegan(): Promise<Outcome> {
    const reason = await this.#output.head();
    const outcome = this.#parts.launched.refusal?.(reason) ?? null;
    if (outcome === null) throw sandboxFailed(reason || "it ended before the program began");
    return outcome;
  }

  async #watch(): Promise<void> {
    const { launched, meter, treeSize, limits } = this.#parts;
    try {
      if (launched.entry === null) return;
      meter.watch(launched.entry);
      await treeSize?.exceeded();
      for (; await this.#nextLook(); ) {
        const usage = await meter.read();
        if (usage.exceeded !== null) this.#end(usage.exceeded);
        else if (limits.cpuSeconds !== null && (usage.cpuMs ?? 0) > limits.cpuSeconds * 1_000) this.#end("cpu");
        else if (await treeSize?.exceeded()) this.#end("tree");
      }
    } catch {
      // What cannot be watched does not go on.
      launched.kill();
    }
  }

  /** False when the run is over. */
  #nextLook(): Promise<boolean> {
    const age = performance.now() - this.#started;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(resolve, Math.min(LAST_LOOK_MS, Math.max(FIRST_LOOK_MS, age / PART_OF_AGE)), true).unref();
    this.#stopWaiting = () => {
      clearTimeout(timer);
      resolve(false);
    };
    if (this.#over) this.#stopWaiting();
    return promise;
  }
}

/** The kernel was faster than the next look. A run that lost a process to a limit met it, whatever its shell says at the end. */
function endedByKernel(signal: NodeJS.Signals | null, usage: Usage, limits: SandboxLimits): SandboxEnd["endedBy"] {
  if (usage.exceeded !== null) return usage.exceeded;
  if (signal === "SIGXFSZ") return "file";
  if (signal === "SIGXCPU" || (limits.cpuSeconds !== null && signal === "SIGKILL" && (usage.cpuMs ?? 0) >= limits.cpuSeconds * 1_000)) return "cpu";
  return null;
}
