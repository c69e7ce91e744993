import type { Fact } from "@coder/api/code-generation";
import type { Formatting } from "../code/formatted.ts";
import type { MadeFile } from "./snapshot.ts";

/** The first rows of a table, as text. */
export interface MadeTable {
  readonly type: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly total: number;
}

/** All that one run of a generator makes. */
export interface Made {
  readonly title: string;
  readonly reason: string;
  readonly files: readonly MadeFile[];
  readonly notes: readonly string[];
  readonly facts: readonly Fact[];
  readonly tables: readonly MadeTable[];
  /** What the files still are to be written with. */
  readonly formatting: Formatting;
}
