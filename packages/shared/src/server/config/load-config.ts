import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError, problem, type ConfigProblem } from "./config-error.ts";
import { readEnvironmentLayer, type Environment } from "./environment-layer.ts";
import { fullPath, keyTree } from "./key-tree.ts";
import type { Layer, LayerValue } from "./layer.ts";
import { leavesOf, type Leaf } from "./leaves.ts";
import { LoadedConfig, type ILoadedConfig } from "./loaded-config.ts";
import { sectionsOf, type ConfigModule } from "./sections.ts";
import { Tiers } from "./tiers.ts";
import { issuesOf } from "./values.ts";
import { readYamlLayer } from "./yaml-layer.ts";

export interface LoadConfigOptions {
  /** The modules of this process. */
  readonly modules: readonly ConfigModule[];
  /** Modules of the installation that run in other processes: their keys and variables are left to those. */
  readonly elsewhere?: readonly string[];
  /** Default: the process's own. */
  readonly env?: Environment;
  /** Path of the operator's YAML; null for none. Default: `CODER_CONFIG`, else `coder.yaml` in the data directory if it is there. */
  readonly operatorFile?: string | null;
}

/**
 * Reads the configuration, highest tier first: environment, the operator's YAML, database settings (taken in later, with
 * `attachSettings`), the shipped defaults. Throws one `ConfigError` that names every problem there is.
 *
 * The order in a host: load, construct the modules, `await config.attachSettings(port)`, start them, and `close()` on drain.
 */
export async function loadConfig(options: LoadConfigOptions): Promise<ILoadedConfig> {
  const env = options.env ?? process.env;
  const sections = sectionsOf(options.modules);
  const leaves = sections.flatMap(leavesOf);
  refuseTwins(leaves);
  const elsewhere = new Set((options.elsewhere ?? []).filter((name) => !sections.some(({ module }) => module === name)));
  const referenced = new Set<string>();
  const onReference = (name: string): unknown => referenced.add(name);

  const known = leaves.map(({ key }) => key);
  const defaults = sections.map((section) =>
    readYamlLayer({
      source: "default",
      below: section.module,
      file: shownPath(section.defaults),
      text: readFileSync(section.defaults, "utf8"),
      tree: keyTree(leaves.filter(({ module }) => module === section.module), (leaf) => leaf.path),
      env, onReference, known,
    }),
  );
  const dataDirectory = env["CODER_DATA"] || textOf(defaults, "data.directory");
  const file = readOperatorFile(options.operatorFile, env, dataDirectory, (path, text) =>
    readYamlLayer({ source: "file", below: null, file: path, text, tree: keyTree(leaves, fullPath), env, onReference, elsewhere, known }),
  );
  const environment = readEnvironmentLayer({ env, leaves, elsewhere, referenced });

  const layers = [environment, file, ...defaults];
  const problems = [...layers.flatMap((layer) => layer.problems), ...leaves.flatMap((leaf) => problemsOf(leaf, layers))];
  if (problems.length > 0) throw new ConfigError(problems);
  const upper = [environment, file].map(({ values }) => values);
  const lower = new Map(defaults.flatMap(({ values }) => [...values]));
  return new LoadedConfig(new Tiers({ sections, leaves, upper, lower }));
}

function refuseTwins(leaves: readonly Leaf[]): void {
  const owners = new Map<string, string>();
  for (const { key, environment } of leaves) {
    const other = owners.get(environment);
    if (other !== undefined) throw new Error(`The variable ${environment} belongs to two keys: ${other} and ${key}`);
    owners.set(environment, key);
  }
}

const EMPTY_LAYER: Layer = { values: new Map(), problems: [] };

function readOperatorFile(asked: string | null | undefined, env: Environment, dataDirectory: string | null, read: (path: string, text: string) => Layer): Layer {
  if (asked === null) return EMPTY_LAYER;
  const named = asked ?? (env["CODER_CONFIG"] || undefined);
  const path = named ?? (dataDirectory === null ? undefined : join(dataDirectory, "coder.yaml"));
  if (path === undefined || (named === undefined && !existsSync(path))) return EMPTY_LAYER;
  try {
    return read(path, readFileSync(path, "utf8"));
  } catch (error) {
    if (!isFileError(error)) throw error;
    return { ...EMPTY_LAYER, problems: [problem("unreadable", { file: path }, `the file cannot be read (${error.code})`)] };
  }
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

/** Hidden values are checked too: they would fail on the day the tier above is taken away. */
function problemsOf(leaf: Leaf, layers: readonly Layer[]): readonly ConfigProblem[] {
  const found = layers.flatMap(({ values }) => values.get(leaf.key) ?? []);
  // A tier that tried and failed has said so already; naming the key as missing too would point the wrong way.
  const tried = layers.some(({ problems }) => problems.some(({ key }) => key === leaf.key));
  if (found.length === 0 && !tried) return missing(leaf);
  return found.flatMap((each) => valueProblems(leaf, each));
}

function missing(leaf: Leaf): readonly ConfigProblem[] {
  if (leaf.schema.safeParse(undefined).success) return [];
  const names = leaf.secret ? `${leaf.environment} or ${leaf.environment}_FILE` : leaf.environment;
  return [problem("missing", { key: leaf.key }, `has no value and no default; set ${names}, or the key in the operator's YAML (npm start makes the secrets it needs itself)`)];
}

function valueProblems(leaf: Leaf, { place, value }: LayerValue): readonly ConfigProblem[] {
  return issuesOf(leaf, value).map(({ path, message }) =>
    problem("bad_value", { ...place, key: path === "" ? leaf.key : `${leaf.key}.${path}` }, message),
  );
}

function textOf(layers: readonly Layer[], key: string): string | null {
  const found = layers.map(({ values }) => values.get(key)?.value).find((value) => typeof value === "string");
  return typeof found === "string" ? found : null;
}

/** From the repository's root where it lies below it, so that it reads the same on every machine. */
function shownPath(url: URL): string {
  const path = fileURLToPath(url);
  const root = fileURLToPath(new URL("../../../../../", import.meta.url));
  return path.startsWith(root) ? path.slice(root.length) : path;
}
