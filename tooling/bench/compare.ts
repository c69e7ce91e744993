import { median, medianInterval, type Interval } from "./statistics.ts";

/** Does one round's work. Must not leave work behind that a later round pays for. */
export type Workload = () => Promise<void>;

export interface Comparison {
  readonly rounds: number;
  /** Subject / control, CPU time of this process and its children. */
  readonly cpu: Ratio;
  readonly wall: Ratio;
}

export interface Ratio {
  readonly median: number;
  readonly interval: Interval;
  /** The control against itself, in the same rounds: what noise alone makes of a ratio of 1. */
  readonly noise: Interval;
}

/** On a slow machine a comparison ends after this time, with fewer rounds and a wider interval: all benchmarks together have a quarter of an hour. */
const MOST_MS = 18_000;
const FEWEST_ROUNDS = 5;

/** The numbers of the rounds there are: as many as wanted, unless the time is over. */
function* roundsOf(wanted: number, mostMs = MOST_MS): Generator<number> {
  const begun = performance.now();
  for (let round = 0; round < wanted && (round < FEWEST_ROUNDS || performance.now() - begun < mostMs); round += 1) yield round;
}

interface Cost {
  readonly cpu: number;
  readonly wall: number;
}

/**
 * Runs subject and control in turn, the control twice per round, in an order that changes with each round; compares pair by pair.
 * CPU time leads, because on a shared machine the wall clock says more about the neighbours.
 *
 * @param options.mostMs For one whose answer is worth more time than the others get.
 * @param options.cpuMicros CPU time spent so far; default: this process. Give one that adds servers or children where they do the work.
 */
export async function compare(subject: Workload, control: Workload, options: { readonly rounds?: number; readonly mostMs?: number; readonly cpuMicros?: () => number } = {}): Promise<Comparison> {
  const { rounds = 15, mostMs, cpuMicros = ownCpu } = options;
  const once = async (work: Workload): Promise<Cost> => {
    const [cpu, wall] = [cpuMicros(), performance.now()];
    await work();
    return { cpu: cpuMicros() - cpu, wall: performance.now() - wall };
  };
  await once(subject);
  await once(control);
  const pairs: { readonly subject: Cost; readonly control: Cost; readonly again: Cost }[] = [];
  for (const round of roundsOf(rounds, mostMs)) {
    const order = rotate(["subject", "control", "again"] as const, round);
    const costs = new Map<string, Cost>();
    for (const who of order) costs.set(who, await once(who === "subject" ? subject : control));
    const [s, c, a] = [costs.get("subject"), costs.get("control"), costs.get("again")];
    if (s && c && a) pairs.push({ subject: s, control: c, again: a });
  }
  const ratio = (field: keyof Cost): Ratio => {
    const ratios = pairs.map((pair) => pair.subject[field] / ((pair.control[field] + pair.again[field]) / 2));
    return { median: median(ratios), interval: medianInterval(ratios), noise: medianInterval(pairs.map((pair) => pair.again[field] / pair.control[field])) };
  };
  return { rounds: pairs.length, cpu: ratio("cpu"), wall: ratio("wall") };
}

/**
 * The same for what a workload measures itself, in any unit: what a page takes as the browser inside sees it.
 *
 * @param options.mostMs For one whose answer is worth more time than the others get.
 * @returns `difference`: subject less control, in that unit.
 */
export async function compareValues(subject: () => Promise<number>, control: () => Promise<number>, options: { readonly rounds: number; readonly mostMs?: number }): Promise<{ readonly rounds: number; readonly ratio: Ratio; readonly difference: Ratio }> {
  await subject();
  await control();
  const pairs: { readonly subject: number; readonly control: number; readonly again: number }[] = [];
  for (const round of roundsOf(options.rounds, options.mostMs)) {
    const values = { subject: 0, control: 0, again: 0 };
    for (const who of rotate(["subject", "control", "again"] as const, round)) values[who] = await (who === "subject" ? subject() : control());
    pairs.push(values);
  }
  const over = (of: (subject: number, control: number) => number): Ratio => {
    const found = pairs.map(({ subject: own, control: one, again }) => of(own, (one + again) / 2));
    return { median: median(found), interval: medianInterval(found), noise: medianInterval(pairs.map(({ control: one, again }) => of(again, one))) };
  };
  return { rounds: pairs.length, ratio: over((own, other) => own / other), difference: over((own, other) => own - other) };
}

function ownCpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function rotate<Item>(items: readonly Item[], by: number): readonly Item[] {
  const at = by % items.length;
  const rotated = [...items.slice(at), ...items.slice(0, at)];
  return by % 2 === 0 ? rotated : rotated.reverse();
}
