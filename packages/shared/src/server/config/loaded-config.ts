import type { ILogger } from "../../trpc/context.ts";
import type { HealthCheck } from "../../health.ts";
import type { CatalogueEntry, DatabaseValue, IConfigCatalogue, ValueIssue } from "./catalogue.ts";
import { ConfigError, nearestOf, problem, problemText, type ConfigProblem } from "./config-error.ts";
import { KernelConfigSchema, type KernelConfig } from "./kernel-config.ts";
import type { LayerValue } from "./layer.ts";
import type { ConfigSection, Leaf } from "./leaves.ts";
import { LiveValue, type ILiveConfig } from "./live-config.ts";
import type { ISettingsPort } from "./settings-port.ts";
import { SettingsPoller } from "./settings-poller.ts";
import { NO_DATABASE, type DatabaseTier, type Tiers } from "./tiers.ts";
import { deepFreeze, issuesOf, sameValue, shown } from "./values.ts";

/** A module's settings, typed no further: its manifest knows the rest. */
export type SectionValue = Readonly<Record<string, unknown>>;

export interface AttachOptions {
  readonly log?: ILogger;
  /** How often the database tier is asked for. Default 2,000. */
  readonly intervalMs?: number;
}

/** The configuration of this process, after it was found to be without fault. */
export interface ILoadedConfig {
  /** The kernel's settings as they are now, frozen; read again after a change. */
  readonly kernel: KernelConfig;
  /** The same, for whoever holds on to it. */
  readonly liveKernel: ILiveConfig<KernelConfig>;
  onKernelChange(listener: (value: KernelConfig) => void): () => void;
  /** A module's live settings, frozen. Throws for a module that was not given to the loader. */
  forModule(name: string): ILiveConfig<SectionValue>;
  catalogue(): IConfigCatalogue;
  /**
   * Begins to take in the database tier: once before this returns, then every 2 s. Never throws; a store that is away leaves
   * the last known values and shows in `health`. Keys that need a restart take their database value here, and only here, so
   * call it before modules start.
   */
  attachSettings(port: ISettingsPort, options?: AttachOptions): Promise<void>;
  readonly health: HealthCheck;
  /** The secret values in use, for the log to leave out. */
  secrets(): readonly string[];
  close(): void;
}

const NOT_SETTABLE: ValueIssue = { path: "", message: "this key cannot be set in the database" };

export class LoadedConfig implements ILoadedConfig, IConfigCatalogue {
  readonly #tiers: Tiers;
  readonly #kernel: LiveValue<KernelConfig>;
  readonly #modules: ReadonlyMap<string, LiveValue<SectionValue>>;
  #database: DatabaseTier = NO_DATABASE;
  #problems: readonly ConfigProblem[] = [];
  /** What keys that need a restart were given when the process started. Null until the first look at the database. */
  #fixed: ReadonlyMap<string, unknown> | null = null;
  #poller: SettingsPoller | null = null;
  #log: ILogger | null = null;

  /** Throws `ConfigError` when values are fine one by one but not together. */
  constructor(tiers: Tiers) {
    const problems = tiers.sections.flatMap((section) => tiers.problems(section, NO_DATABASE));
    if (problems.length > 0) throw new ConfigError(problems);
    const [kernel, ...modules] = tiers.sections;
    if (kernel?.module !== null) throw new Error("The kernel's section comes first");
    this.#tiers = tiers;
    this.#kernel = new LiveValue(deepFreeze(KernelConfigSchema.parse(tiers.tree(kernel, NO_DATABASE, null))));
    this.#modules = new Map(
      modules.map((section) => [section.module ?? "", new LiveValue<SectionValue>(deepFreeze(section.schema.parse(tiers.tree(section, NO_DATABASE, null))))]),
    );
  }

  get kernel(): KernelConfig {
    return this.#kernel.value;
  }

  get liveKernel(): ILiveConfig<KernelConfig> {
    return this.#kernel;
  }

  onKernelChange(listener: (value: KernelConfig) => void): () => void {
    return this.#kernel.onChange(listener);
  }

  forModule(name: string): ILiveConfig<SectionValue> {
    const found = this.#modules.get(name);
    if (!found) throw new Error(`The configuration was loaded without the module ${name}`);
    return found;
  }

  catalogue(): IConfigCatalogue {
    return this;
  }

  secrets(): readonly string[] {
    return this.#tiers.secrets();
  }

  async attachSettings(port: ISettingsPort, { log, intervalMs = 2_000 }: AttachOptions = {}): Promise<void> {
    this.#log = log ?? null;
    this.#poller = new SettingsPoller({ port, intervalMs, apply: ({ version, values }) => this.#apply(version, values) });
    await this.#poller.start();
    const restart = this.#tiers.leaves.filter((leaf) => leaf.restart);
    this.#fixed = new Map(restart.map((leaf) => [leaf.key, this.#tiers.resolve(leaf, this.#database)?.value]));
  }

  async refresh(): Promise<void> {
    await this.#poller?.poll();
  }

  close(): void {
    this.#poller?.stop();
  }

  readonly health: HealthCheck = async () => {
    const failure = this.#poller?.failure ?? null;
    if (failure !== null) {
      return {
        status: "degraded",
        message: `Settings in the database cannot be read (${failure}); the last known ones are in use.`,
        remedy: "See the health of the database and of configuration-service; settings are read again by themselves.",
      };
    }
    if (this.#problems.length > 0) {
      return {
        status: "degraded",
        message: `Settings in the database were ignored: ${this.#problems.map(problemText).join("; ")}`,
        remedy: "Set these keys anew, or reset them, on the settings page.",
      };
    }
    const settings = this.list();
    const waiting = settings.filter(({ pending }) => pending !== null).map(({ key }) => key);
    if (waiting.length > 0) return { status: "up", message: `Waiting for a restart: ${waiting.join(", ")}` };
    return { status: "up", message: `${settings.length} settings, ${settings.filter(({ source }) => source !== "default").length} of them not at their default` };
  };

  list(database: DatabaseTier = this.#database): readonly CatalogueEntry[] {
    return this.#tiers.leaves.map((leaf) => this.#entry(leaf, database)).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  get(key: string, database: DatabaseTier = this.#database): CatalogueEntry | null {
    const leaf = this.#tiers.leaf(key);
    return leaf ? this.#entry(leaf, database) : null;
  }

  nearest(key: string): string | null {
    return nearestOf(key, this.#tiers.keys());
  }

  check(key: string, value: unknown): readonly ValueIssue[] {
    const leaf = this.#tiers.leaf(key);
    if (!leaf) return [{ path: "", message: "there is no such key" }];
    if (!leaf.settable) return [NOT_SETTABLE];
    const issues = issuesOf(leaf, value);
    if (issues.length > 0) return issues;
    const tried = new Map(this.#database).set(key, { value, where: "" });
    return this.#together(leaf.module, tried).map((each) => ({ path: "", message: problemText(each) }));
  }

  #together(module: string | null, database: DatabaseTier): readonly ConfigProblem[] {
    return this.#tiers.sections.filter((section) => section.module === module).flatMap((section) => this.#tiers.problems(section, database));
  }

  /** What is wrong in the store is left out and named; it never stops the process. */
  #apply(version: string, values: Readonly<Record<string, unknown>>): void {
    const problems: ConfigProblem[] = [];
    const accepted = new Map<string, DatabaseValue>();
    for (const [key, value] of Object.entries(values)) {
      const issues = this.#storedIssues(key, value);
      if (issues.length === 0) accepted.set(key, { value, where: `settings ${version}` });
      problems.push(...issues.map(({ message }) => problem("bad_value", { key }, message)));
    }
    for (const section of this.#tiers.sections) {
      const refused = this.#tiers.problems(section, accepted);
      if (refused.length === 0) continue;
      problems.push(...refused);
      for (const key of accepted.keys()) if (this.#tiers.leaf(key)?.module === section.module) accepted.delete(key);
    }
    if (problems.length > 0 && !sameValue(problems, this.#problems)) this.#log?.warn({ problems: problems.map(problemText) }, "Settings in the database were ignored");
    this.#problems = problems;
    this.#database = accepted;
    for (const section of this.#tiers.sections) this.#swap(section);
  }

  #storedIssues(key: string, value: unknown): readonly ValueIssue[] {
    const leaf = this.#tiers.leaf(key);
    if (leaf) return leaf.settable ? issuesOf(leaf, value) : [NOT_SETTABLE];
    // Keys of modules in other processes are theirs to judge.
    const [first = ""] = key.split(".");
    const here = this.#modules.has(first) || Object.hasOwn(KernelConfigSchema.shape, first);
    return here ? [{ path: "", message: "there is no such key" }] : [];
  }

  #swap(section: ConfigSection): void {
    const tree = this.#tiers.tree(section, this.#database, this.#fixed);
    // Old values that wait for a restart and new ones may not go together; everything then waits.
    const parsed = section.schema.safeParse(tree);
    if (!parsed.success) return;
    if (section.module !== null) this.#modules.get(section.module)?.swap(deepFreeze(parsed.data), this.#onListenerError);
    else this.#kernel.swap(deepFreeze(KernelConfigSchema.parse(tree)), this.#onListenerError);
  }

  readonly #onListenerError = (err: unknown): void => {
    this.#log?.error({ err }, "A listener for changed settings failed");
  };

  #entry(leaf: Leaf, database: DatabaseTier): CatalogueEntry {
    const resolved = this.#tiers.resolve(leaf, database);
    const source = resolved?.winner.source ?? "default";
    const where = resolved?.winner.where ?? "";
    const configured = resolved?.value ?? null;
    const inUse = this.#fixed?.has(leaf.key) ? (this.#fixed.get(leaf.key) ?? null) : configured;
    const { key, module, description, environment, secret, restart, settable, merge } = leaf;
    return {
      key, module, description, environment, secret, restart: restart || !settable, settable, schema: leaf.json, merged: merge,
      value: shown(leaf, inUse), source, where,
      hides: (resolved?.below ?? []).map((layer: LayerValue) => ({ source: layer.source, where: layer.where, value: shown(leaf, layer.value) })),
      pending: sameValue(inUse, configured) ? null : { value: shown(leaf, configured), source, where },
    };
  }
}
