import { AppError } from "../../app-error.ts";

/** One thing wrong with the configuration. Never holds the value, which may be a secret that landed in the wrong place. */
export interface ConfigProblem {
  readonly kind: "unknown_key" | "unknown_variable" | "bad_value" | "missing" | "unresolved_reference" | "unreadable";
  readonly key: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly variable: string | null;
  /** What is wrong and what would be right. */
  readonly message: string;
}

type Place = Partial<Pick<ConfigProblem, "key" | "file" | "line" | "variable">>;

export function problem(kind: ConfigProblem["kind"], place: Place, message: string): ConfigProblem {
  return { kind, key: null, file: null, line: null, variable: null, ...place, message };
}

/** Everything that is wrong, at once. */
export class ConfigError extends AppError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super("invalid", "config_invalid", `The configuration has ${count}:\n${problems.map((each) => `  - ${problemText(each)}`).join("\n")}`, {
      remedy: "Correct what is named and start again. docs: .env.example lists every variable, config/default.yaml every key.",
      details: { problems },
    });
    this.problems = problems;
  }
}

/** One line: where, which key, what is expected. */
export function problemText({ file, line, variable, key, message }: ConfigProblem): string {
  const where = [file === null ? null : line === null ? file : `${file}:${line}`, variable, key].filter((part) => part !== null);
  return where.length === 0 ? message : `${where.join(" ")}: ${message}`;
}

/** The known word that is most like `word`, if it is like enough to be meant. */
export function nearestOf(word: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let bestScore = Number.POSITIVE_INFINITY;
  const last = word.slice(word.lastIndexOf(".") + 1).toLowerCase();
  for (const candidate of known) {
    // A right name in the wrong section is the most common mistake besides a misspelt one.
    const moved = candidate.slice(candidate.lastIndexOf(".") + 1).toLowerCase() === last ? 2 : Number.POSITIVE_INFINITY;
    const score = Math.min(distance(word.toLowerCase(), candidate.toLowerCase()), moved);
    if (score < bestScore) [best, bestScore] = [candidate, score];
  }
  return bestScore <= Math.max(2, Math.floor(word.length / 3)) ? best : null;
}

export function hint(nearest: string | null): string {
  return nearest === null ? "" : `; did you mean ${nearest}?`;
}

/** Levenshtein distance with one row. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
