/** How many jobs waited how long, by step of a scale on which each step is a tenth longer than the one before: any such counts can be added up. */
export type Waits = Readonly<Record<string, number>>;

const STEP = Math.log(1.1);

export function stepOf(ms: number): number {
  return ms < 1 ? 0 : 1 + Math.floor(Math.log(ms) / STEP);
}

/** The middle of a step, so that it is off by less than 5 %. */
function msOf(step: number): number {
  return step === 0 ? 0 : Math.round(Math.exp((step - 0.5) * STEP));
}

export function addWaits(all: readonly Waits[]): Waits {
  const sum: Record<string, number> = {};
  for (const waits of all) for (const [step, count] of Object.entries(waits)) sum[step] = (sum[step] ?? 0) + count;
  return sum;
}

/** How long at most that share of the jobs waited; null of none. */
export function waitedAtMost(waits: Waits, share: number): number | null {
  const steps = Object.entries(waits).map(([step, count]) => [Number(step), count] as const).sort(([a], [b]) => a - b);
  const wanted = Math.max(1, Math.ceil(share * steps.reduce((sum, [, count]) => sum + count, 0)));
  let seen = 0;
  for (const [step, count] of steps) {
    seen += count;
    if (seen >= wanted) return msOf(step);
  }
  return null;
}
