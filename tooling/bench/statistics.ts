/** Of an odd or even number of values; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? Number.NaN) : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2_000;

/** 95 % interval of the median by the percentile bootstrap (Efron 1979). Seeded, so that a report can be made again. */
export function medianInterval(values: readonly number[]): Interval {
  const random = mulberry32(values.length);
  const medians = Array.from({ length: RESAMPLES }, () => median(values.map(() => values[Math.floor(random() * values.length)] ?? Number.NaN))).sort((a, b) => a - b);
  return { low: medians[Math.floor(RESAMPLES * 0.025)] ?? Number.NaN, high: medians[Math.ceil(RESAMPLES * 0.975) - 1] ?? Number.NaN };
}

/** A small generator with a 32-bit seed (T. Ettinger's mulberry32). Numbers in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
