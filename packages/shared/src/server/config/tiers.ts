import { z } from "zod";
import type { DatabaseValue } from "./catalogue.ts";
import { problem, type ConfigProblem } from "./config-error.ts";
import type { LayerValue } from "./layer.ts";
import { keyBelow, type ConfigSection, type Leaf } from "./leaves.ts";
import { resolveKey, type Resolved } from "./resolve.ts";
import { setPath } from "./values.ts";

export type DatabaseTier = ReadonlyMap<string, DatabaseValue>;
export const NO_DATABASE: DatabaseTier = new Map();

export interface TiersParts {
  readonly sections: readonly ConfigSection[];
  readonly leaves: readonly Leaf[];
  /** Tiers above the database, highest first. */
  readonly upper: readonly ReadonlyMap<string, LayerValue>[];
  /** The shipped defaults. */
  readonly lower: ReadonlyMap<string, LayerValue>;
}

/** The tiers that stay as they were read at start, and what they give together with a database tier. */
export class Tiers {
  readonly sections: readonly ConfigSection[];
  readonly leaves: readonly Leaf[];
  readonly #byKey: ReadonlyMap<string, Leaf>;
  readonly #parts: TiersParts;

  constructor(parts: TiersParts) {
    this.sections = parts.sections;
    this.leaves = parts.leaves;
    this.#byKey = new Map(parts.leaves.map((leaf) => [leaf.key, leaf]));
    this.#parts = parts;
  }

  leaf(key: string): Leaf | null {
    return this.#byKey.get(key) ?? null;
  }

  keys(): Iterable<string> {
    return this.#byKey.keys();
  }

  /** Null for a key that no tier has a value for. */
  resolve(leaf: Leaf, database: DatabaseTier): Resolved | null {
    const stored = leaf.settable ? database.get(leaf.key) : undefined;
    const lowest = this.#parts.lower.get(leaf.key);
    const layers: LayerValue[] = this.#parts.upper.flatMap((tier) => tier.get(leaf.key) ?? []);
    if (stored) layers.push({ source: "database", where: stored.where, value: stored.value, place: {} });
    if (lowest) layers.push(lowest);
    return resolveKey(layers, leaf.merge);
  }

  /** A section's settings as its schema wants them. Keys in `fixed` have the value given there instead. */
  tree(section: ConfigSection, database: DatabaseTier, fixed: ReadonlyMap<string, unknown> | null): Record<string, unknown> {
    const tree = emptySections(section.schema);
    for (const leaf of this.leaves) {
      if (leaf.module !== section.module) continue;
      const value = fixed?.has(leaf.key) ? fixed.get(leaf.key) : this.resolve(leaf, database)?.value;
      if (value !== undefined) setPath(tree, leaf.path, value);
    }
    return tree;
  }

  /** What is wrong with a section as a whole: rules that take more than one key. */
  problems(section: ConfigSection, database: DatabaseTier): readonly ConfigProblem[] {
    const result = section.schema.safeParse(this.tree(section, database, null));
    return result.success ? [] : result.error.issues.map(({ path, message }) => problem("bad_value", { key: keyBelow(section, path.map(String)) }, message));
  }

  /** Every secret value of every tier, also the hidden ones. */
  secrets(): readonly string[] {
    const tiers = [...this.#parts.upper, this.#parts.lower];
    return this.leaves
      .filter(({ secret }) => secret)
      .flatMap(({ key }) => tiers.map((tier) => tier.get(key)?.value))
      .filter((value) => typeof value === "string");
  }
}

/** A section must be there for its schema even when none of its keys has a value. */
function emptySections(schema: z.ZodObject): Record<string, unknown> {
  const sections = Object.entries(schema.shape).flatMap(([name, child]) => (child instanceof z.ZodObject ? [[name, emptySections(child)] as const] : []));
  return Object.fromEntries(sections);
}
