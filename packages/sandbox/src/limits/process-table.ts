import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { SandboxLimits } from "../ISandbox.ts";
import { NOTHING_USED, type IMeter, type IMeters, type Usage } from "./meter.ts";

/** Of Linux' own interface to programs: /proc counts in these, whatever the machine. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4_096;
/** For as long a look follows processes that multiply: who takes all time of the machine is not to take it from looking, too. */
const FOLLOW_MS = 50;
const PID = /^\d+$/;
/**
 * Linux shares the processors among sessions (autogroup, sched(7)), and a run can make every process of its own a session: with a thousand of those the product gets one
 * part in a thousand, for a minute. So many are over before anybody feels it, and no build has as many at a time.
 */
const PROCESSES_PER_PROCESSOR = 128;
const MOST_PROCESSES = PROCESSES_PER_PROCESSOR * availableParallelism();
/**
 * With threads, which share in the time of their process' session, as the kernel counts: a run that forks as fast as it can has a thousand sessions before anybody looks,
 * and then a look takes up to a minute.
 */
const TASKS_PER_PROCESSOR = 256;
/** The same for those that stay: of sessions that wait for a processor, more than these make each answer of the product take seconds. Of all runs together, since they add up. */
const BUSY_SESSIONS_PER_PROCESSOR = 16;
const MOST_BUSY_SESSIONS = BUSY_SESSIONS_PER_PROCESSOR * availableParallelism();

/**
 * Where there are no cgroups: looks at the processes themselves, again and again. Sees what is there at that moment, so it limits less exactly. The kernel answers at
 * once, so it is asked without waiting: a look that waits at many steps never ends beside a thousand processes that are always at work.
 */
export const PROCESS_TABLE: IMeters = {
  description: `Memory, processes and CPU time of a run are limited by looking at its processes several times a second, and by rlimits for each of them; it has at most ${PROCESSES_PER_PROCESSOR} processes, and ${TASKS_PER_PROCESSOR} with threads, per processor, and all runs together ${BUSY_SESSIONS_PER_PROCESSOR} sessions at work`,
  exact: false,
  mostTasks: TASKS_PER_PROCESSOR * availableParallelism(),
  open: async (limits) => new ProcessTableMeter(limits),
  close: async () => {},
};

/** What each run that goes on had at its last look. */
const busySessions = new Map<IMeter, number>();

interface Sample {
  /** Waits for a processor, or has one. */
  readonly busy: boolean;
  readonly session: number;
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly threads: number;
}

class ProcessTableMeter implements IMeter {
  readonly groups = [];
  readonly #limits: Pick<SandboxLimits, "memoryBytes" | "processes">;
  readonly #mostProcesses: number;
  #root: number | null = null;
  #usage: Usage = NOTHING_USED;
  #takesAllTime = false;

  constructor(limits: Pick<SandboxLimits, "memoryBytes" | "processes">) {
    this.#limits = limits;
    this.#mostProcesses = Math.min(limits.processes, MOST_PROCESSES);
  }

  watch(pid: number): void {
    this.#root = pid;
  }

  async read(): Promise<Usage> {
    const inside = this.#whereTheyRest();
    if (inside !== null && this.#areTooMany(inside)) return (this.#usage = { ...this.#usage, exceeded: this.#usage.exceeded ?? "processes" });
    // Each of them: what is left out is neither limited nor told. They are no more than a run may have.
    const samples = (inside ?? this.#walk().map(folderOf)).flatMap((folder) => sampleOf(folder) ?? []);
    if (samples.length === 0) return this.#usage;
    const sum = (field: "cpuMs" | "memoryBytes" | "threads"): number => samples.reduce((total, sample) => total + sample[field], 0);
    const memory = sum("memoryBytes");
    busySessions.set(this, new Set(samples.filter(({ busy }) => busy).map(({ session }) => session)).size);
    const exceeded = memory > this.#limits.memoryBytes ? "memory" : sum("threads") >= this.#limits.processes || this.#stillTakesAllTime() ? "processes" : null;
    this.#usage = {
      // Processes that nobody waited for are no longer in the sum: the total never falls.
      cpuMs: Math.max(this.#usage.cpuMs ?? 0, sum("cpuMs")),
      peakMemoryBytes: Math.max(this.#usage.peakMemoryBytes ?? 0, memory),
      exceeded: this.#usage.exceeded ?? exceeded,
    };
    return this.#usage;
  }

  /** As `#inside`. Where they multiply, the next look would come much later than it is due. */
  #whereTheyRest(): readonly string[] | null {
    const until = performance.now() + FOLLOW_MS;
    for (let before = 0, inside = this.#inside(); ; before = inside.length, inside = this.#inside()) {
      if (inside === null || inside.length * 2 <= this.#mostProcesses || inside.length <= before || this.#areTooMany(inside) || performance.now() > until) return inside;
    }
  }

  /** At two looks: what starts at once is at work for a moment. Of several runs that take it together, the one with the most sessions at work. */
  #stillTakesAllTime(): boolean {
    const all = [...busySessions.values()];
    const before = this.#takesAllTime;
    this.#takesAllTime = all.reduce((total, count) => total + count, 0) > MOST_BUSY_SESSIONS && busySessions.get(this) === Math.max(...all);
    return before && this.#takesAllTime;
  }

  /** With the one outside, that made the namespace. */
  #areTooMany(inside: readonly string[]): boolean {
    return inside.length + 1 >= this.#mostProcesses;
  }

  async pids(): Promise<readonly number[]> {
    return this.#walk();
  }

  /** The processes of the run's own process namespace, as its own /proc lists them: at once, however many they are. Null where it has none, or none that may be looked into. */
  #inside(): readonly string[] | null {
    const [first] = this.#root === null ? [] : childrenOf(this.#root);
    if (first === undefined) return null;
    try {
      if (readlinkSync(`${folderOf(first)}/ns/pid`) === readlinkSync("/proc/self/ns/pid")) return null;
      const table = `${folderOf(first)}/root/proc`;
      // Before it has a /proc of its own it sees ours, with all processes of the machine: there we find ourselves.
      if (isThere(`${table}/self`)) return null;
      const found = readdirSync(table).filter((name) => PID.test(name)).map((name) => `${table}/${name}`);
      return found.length > 0 ? found : null;
    } catch {
      return null;
    }
  }

  #walk(): readonly number[] {
    const found: number[] = this.#root === null ? [] : [this.#root];
    for (let at = 0; at < found.length && at < this.#limits.processes; at += 1) found.push(...childrenOf(found[at] ?? 0));
    return found;
  }

  async close(): Promise<void> {
    busySessions.delete(this);
  }
}

function isThere(link: string): boolean {
  try {
    readlinkSync(link);
    return true;
  } catch {
    return false;
  }
}

function childrenOf(pid: number): readonly number[] {
  return threadsOf(pid).flatMap((thread) => (textOf(`/proc/${pid}/task/${thread}/children`) ?? "").split(" ").filter(Boolean).map(Number));
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function folderOf(pid: number): string {
  return `/proc/${pid}`;
}

/** From `/proc/PID/stat` (proc(5)): what follows the name, which may hold anything but ends with the last bracket. */
function sampleOf(folder: string): Sample | null {
  const text = textOf(`${folder}/stat`);
  if (text === null) return null;
  const [state, ...words] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const fields = words.map(Number);
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(10, 14);
  return { busy: state === "R", session: fields[2] ?? 0, cpuMs: ((user + system + childUser + childSystem) * 1_000) / TICKS_PER_SECOND, memoryBytes: (fields[20] ?? 0) * PAGE_BYTES, threads: fields[16] ?? 0 };
}

/** Null for a process that has ended. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
