import { readFileSync } from "node:fs";
import type { JSONSchema } from "zod/v4/core";
import { hint, nearestOf, problem, type ConfigProblem } from "./config-error.ts";
import type { Layer, LayerValue } from "./layer.ts";
import { environmentName, environmentSegment, type Leaf } from "./leaves.ts";
import { RESERVED_VARIABLES } from "./reserved-variables.ts";
import { deepMerge, expectation, fromText, NOT_READABLE, setPath } from "./values.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentSource {
  readonly env: Environment;
  readonly leaves: readonly Leaf[];
  /** Modules that run in another process: their variables are not checked here. */
  readonly elsewhere: ReadonlySet<string>;
  /** Names that a file refers to, so they are not unknown. */
  readonly referenced: ReadonlySet<string>;
}

/** The highest tier. An empty variable counts as not set. */
export function readEnvironmentLayer({ env, leaves, elsewhere, referenced }: EnvironmentSource): Layer {
  const values = new Map<string, LayerValue>();
  const problems: ConfigProblem[] = [];
  const known = new Set<string>([...RESERVED_VARIABLES, ...referenced]);

  for (const leaf of leaves) {
    known.add(leaf.environment);
    if (leaf.secret) known.add(`${leaf.environment}_FILE`);
    const found = leaf.merge ? readRecord(leaf, env, known, problems) : readLeaf(leaf, env, problems);
    if (found) values.set(leaf.key, found);
  }

  const foreign = [...elsewhere].map((module) => `${environmentName(module)}__`);
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith("CODER_") || text === undefined || known.has(name) || foreign.some((prefix) => name.startsWith(prefix))) continue;
    problems.push(problem("unknown_variable", { variable: name }, `no setting has this variable${hint(nearestOf(name, known))}`));
  }
  return { values, problems };
}

function readLeaf(leaf: Leaf, env: Environment, problems: ConfigProblem[]): LayerValue | null {
  const name = leaf.environment;
  const direct = env[name] || undefined;
  const fileName = leaf.secret ? env[`${name}_FILE`] || undefined : undefined;
  if (direct !== undefined && fileName !== undefined) {
    problems.push(problem("bad_value", { variable: name, key: leaf.key }, `both ${name} and ${name}_FILE are set; keep one`));
    return null;
  }
  if (fileName !== undefined) return readSecretFile(leaf, fileName, problems);
  if (direct === undefined) return null;
  return { source: "environment", where: name, value: fromText(leaf.json, direct), place: { variable: name } };
}

function readSecretFile(leaf: Leaf, path: string, problems: ConfigProblem[]): LayerValue | null {
  const variable = `${leaf.environment}_FILE`;
  try {
    const text = readFileSync(path, "utf8").replace(/\r?\n$/, "");
    return { source: "environment", where: variable, value: fromText(leaf.json, text), place: { variable } };
  } catch {
    problems.push(problem("unreadable", { variable, key: leaf.key }, "the file that this variable names cannot be read"));
    return null;
  }
}

/** A merged record: `CODER_SERVICES` holds JSON, `CODER_SERVICES__LOGGING__URL` one field of one entry. */
function readRecord(leaf: Leaf, env: Environment, known: Set<string>, problems: ConfigProblem[]): LayerValue | null {
  const whole = readLeaf(leaf, env, problems);
  const names = whole === null ? [] : [whole.where];
  const prefix = `${leaf.environment}__`;
  const entries: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(prefix) || !text) continue;
    const target = recordPath(name.slice(prefix.length).split("__"), leaf.json);
    if (!target) continue;
    known.add(name);
    names.push(name);
    const value = fromText(target.json, text);
    if (value === NOT_READABLE) problems.push(problem("bad_value", { variable: name, key: leaf.key }, `expected ${expectation(target.json)}`));
    else setPath(entries, target.path, value);
  }
  if (names.length === 0) return null;
  const value = whole === null ? entries : deepMerge(whole.value, entries);
  return { source: "environment", where: names.join(", "), value, place: { variable: names.join(", ") } };
}

/** Entry names are kebab-case; fields are found by the way they would be written in a variable. */
function recordPath(segments: readonly string[], json: JSONSchema.BaseSchema): { path: readonly string[]; json: JSONSchema.BaseSchema } | null {
  const [entry, ...rest] = segments;
  const value = json.additionalProperties;
  if (!entry || typeof value !== "object") return null;
  const path = [entry.toLowerCase().replaceAll("_", "-")];
  let at: JSONSchema.BaseSchema = value;
  for (const segment of rest) {
    const field = Object.entries(at.properties ?? {}).find(([name]) => environmentSegment(name) === segment);
    if (!field || typeof field[1] !== "object") return null;
    path.push(field[0]);
    at = field[1];
  }
  return { path, json: at };
}
