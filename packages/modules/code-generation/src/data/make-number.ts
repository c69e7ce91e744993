import { wordsOf } from "../engine/names.ts";
import type { Random } from "./Random.ts";
import type { NumberShape } from "./shape.ts";

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly step: number | null;
}

/** Ends of what is allowed, both included; null where nothing is. */
export function boundsOf(shape: NumberShape, field: string): Bounds | null {
  const [usualMin, usualMax, usualStep] = usual(field);
  const integer = shape.integer === true;
  const room = roomOf(shape);
  // What is usual does not count where there is no room for it.
  const step = shape.multipleOf ?? (integer ? 1 : usualStep !== null && usualStep * 2 > room ? null : usualStep);
  const unitStep = step ?? Math.min(0.01, room / 1_000);
  const lows = [shape.minimum, shape.exclusiveMinimum === undefined ? undefined : shape.exclusiveMinimum + (integer ? Math.floor(shape.exclusiveMinimum) + 1 - shape.exclusiveMinimum : tiny(shape.exclusiveMinimum, unitStep, 1))].filter((one) => one !== undefined);
  const highs = [shape.maximum, shape.exclusiveMaximum === undefined ? undefined : shape.exclusiveMaximum - (integer ? shape.exclusiveMaximum - (Math.ceil(shape.exclusiveMaximum) - 1) : tiny(shape.exclusiveMaximum, unitStep, -1))].filter((one) => one !== undefined);
  const low = lows.length > 0 ? Math.max(...lows) : null;
  const high = highs.length > 0 ? Math.min(...highs) : null;
  let [min, max] = [low ?? (high !== null && high < usualMin ? high - (usualMax - usualMin) : usualMin), high ?? (low !== null && low > usualMax ? low + (usualMax - usualMin) : usualMax)];
  // `int()` alone says no more than that it is a safe one.
  if (low === Number.MIN_SAFE_INTEGER) min = Math.min(usualMin, max);
  if (high === Number.MAX_SAFE_INTEGER) max = Math.max(usualMax, min);
  if (integer && shape.multipleOf === undefined) [min, max] = [Math.ceil(min), Math.floor(max)];
  if (shape.multipleOf !== undefined) {
    const factor = integer && !Number.isInteger(shape.multipleOf) ? null : shape.multipleOf;
    if (factor === null || Math.ceil(min / factor) > Math.floor(max / factor)) return null;
    return { min, max, step: factor };
  }
  return min > max ? null : { min, max, step };
}

/** Between the ends that the type itself gives. */
function roomOf({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: NumberShape): number {
  return Math.min(maximum ?? Infinity, exclusiveMaximum ?? Infinity) - Math.max(minimum ?? -Infinity, exclusiveMinimum ?? -Infinity);
}

/** The smallest step away from an end that is left out. */
function tiny(end: number, step: number, direction: 1 | -1): number {
  const moved = Number((end + direction * step).toPrecision(12));
  return moved !== end ? Math.abs(moved - end) : Math.abs(end) * Number.EPSILON * 2 || Number.MIN_VALUE;
}

export function makeNumber(shape: NumberShape, random: Random, field: string, edge: boolean): number | null {
  const bounds = boundsOf(shape, field);
  if (!bounds) return null;
  const { min, max, step } = bounds;
  if (edge && random.chance(0.7)) {
    const ends = [min, max, ...(min <= 0 && max >= 0 ? [0] : []), ...(min <= 1 && max >= 1 ? [1] : []), ...(min <= -1 && max >= -1 ? [-1] : [])];
    const end = onStep(random.pick(ends), bounds);
    if (end !== null) return end;
  }
  if (step === null) return min + random.unit() * (max - min);
  const [first, last] = [Math.ceil(min / step - 1e-9), Math.floor(max / step + 1e-9)];
  if (first > last) return min;
  return clean(random.integer(first, last) * step, step);
}

function onStep(value: number, { min, max, step }: Bounds): number | null {
  if (step === null) return value;
  const near = [Math.round(value / step), Math.ceil(value / step), Math.floor(value / step)].map((count) => clean(count * step, step)).find((one) => one >= min && one <= max);
  return near ?? null;
}

/** Without what binary fractions leave behind. */
function clean(value: number, step: number): number {
  const decimals = /\.(\d+)$/.exec(String(step))?.[1]?.length ?? 0;
  return Number(value.toFixed(Math.min(decimals, 20))) + 0;
}

/** Least, most and step of what a name is usually about. */
function usual(field: string): readonly [number, number, number | null] {
  const words = wordsOf(field);
  const last = words.at(-1) ?? "";
  if (last === "age") return [18, 90, 1];
  if (last === "year") return [1990, 2026, 1];
  if (/^(?:price|total|amount|cost|balance|salary|subtotal|fee)$/.test(last)) return [1, 500, 0.01];
  if (/^(?:rating|stars)$/.test(last)) return [1, 5, 1];
  if (/^(?:percentage|percent|discount|rate|share)$/.test(last)) return [0, 100, 1];
  if (/^(?:latitude|lat)$/.test(last)) return [-90, 90, 0.0001];
  if (/^(?:longitude|lng|lon)$/.test(last)) return [-180, 180, 0.0001];
  if (/^(?:quantity|qty|count|stock)$/.test(last)) return [1, 100, 1];
  return [0, 1_000, 1];
}
