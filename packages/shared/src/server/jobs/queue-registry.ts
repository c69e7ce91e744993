import { z } from "zod";
import type { QueueBackend } from "./queue-backend.ts";

/** What modules tell the queue's store of themselves, so that processes without the module know. */
type RegistryKind = "events" | "jobs";

/** The product as a process knows it. */
export interface ProductFacts {
  readonly version: string;
  /** Every module there is; null where a process runs a few of them and cannot tell. */
  readonly modules: readonly string[] | null;
}

export interface VersionedEntries<Entry> {
  readonly version: string;
  readonly entries: readonly Entry[];
}

/**
 * A few entries per module and version of the product, kept as metadata of a queue that holds no jobs: on both stores. During an upgrade
 * two versions work side by side: each replaces what it said itself and what older ones said, and takes nothing back from a newer one.
 */
export class QueueRegistry<Entry> {
  readonly #backend: QueueBackend;
  readonly #prefix: string;
  readonly #entries: z.ZodType<readonly Entry[]>;

  constructor(deps: { backend: QueueBackend; kind: RegistryKind; entry: z.ZodType<Entry> }) {
    this.#backend = deps.backend;
    this.#prefix = `${deps.kind}:`;
    this.#entries = z.array(deps.entry);
  }

  /** By module, the oldest version first. Versions that say nothing (any more) are left out. */
  async get(): Promise<ReadonlyMap<string, readonly VersionedEntries<Entry>[]>> {
    const fields = await this.#backend.attempt(() => this.#meta.getQueueMeta());
    const modules = new Map<string, VersionedEntries<Entry>[]>();
    for (const [field, value] of Object.entries(fields)) {
      if (!field.startsWith(this.#prefix)) continue;
      const [module = "", version = ""] = field.slice(this.#prefix.length).split("@");
      const entries = this.#entries.parse(JSON.parse(value));
      if (entries.length > 0) modules.set(module, [...(modules.get(module) ?? []), { version, entries }]);
    }
    for (const versions of modules.values()) versions.sort((left, right) => compareVersions(left.version, right.version));
    return modules;
  }

  /** What this version says of a module, in the place of what it and older ones said. */
  async set(module: string, version: string, entries: readonly Entry[]): Promise<void> {
    const stored = (await this.get()).get(module) ?? [];
    const older = stored.filter((each) => each.version !== version && compareVersions(each.version, version) <= 0);
    const same = stored.some((each) => each.version === version && JSON.stringify(each.entries) === JSON.stringify(entries));
    if (older.length === 0 && (same || (entries.length === 0 && stored.every((each) => each.version !== version)))) return;
    const field = (of: string) => `${this.#prefix}${module}${of === "" ? "" : `@${of}`}`;
    const changes = Object.fromEntries([...older.map((each) => [field(each.version), "[]"]), [field(version), JSON.stringify(entries)]]);
    await this.#backend.attempt(() => this.#meta.setQueueMeta(changes));
  }

  get #meta() {
    return this.#backend.queue("registry").getBackend();
  }
}

/** Below 0 when `left` is older. By the numbers in them; what is no version is older than any. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [numbersOf(left), numbersOf(right)];
  for (let place = 0; place < Math.max(a.length, b.length); place += 1) {
    const difference = (a[place] ?? -1) - (b[place] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): readonly number[] {
  return (version.match(/\d+/g) ?? []).map(Number);
}
