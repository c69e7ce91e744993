import type { ConfigSource } from "./catalogue.ts";
import type { ConfigProblem } from "./config-error.ts";

/** What one tier says about one key, as it was found. */
export interface LayerValue {
  readonly source: ConfigSource;
  readonly where: string;
  readonly value: unknown;
  /** Where to point when the value is bad. */
  readonly place: Partial<Pick<ConfigProblem, "file" | "line" | "variable">>;
}

/** One tier: values by full key, and what could not be read. */
export interface Layer {
  readonly values: ReadonlyMap<string, LayerValue>;
  readonly problems: readonly ConfigProblem[];
}
