import type { LayerValue } from "./layer.ts";
import { deepMerge } from "./values.ts";

/** A key's value over all tiers, and which tiers it was taken from. */
export interface Resolved {
  readonly value: unknown;
  readonly winner: LayerValue;
  /** The tiers below, highest first: hidden by the winner, or merged with it for records that declare so. */
  readonly below: readonly LayerValue[];
}

/** The highest tier wins; records declared as merged are laid over each other key by key. Null when no tier has the key. */
export function resolveKey(highestFirst: readonly LayerValue[], merge: boolean): Resolved | null {
  const [winner, ...below] = highestFirst;
  if (!winner) return null;
  const value = merge ? highestFirst.reduceRight<unknown>((low, { value: high }) => deepMerge(low, high), {}) : winner.value;
  return { value, winner, below };
}
