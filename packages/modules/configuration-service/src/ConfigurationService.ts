import type {
  ChangedSetting, GetSettingInput, IConfigurationService, ListChangesInput, ListSettingsInput, ResetSettingInput, RollBackChangeInput, Setting, SettingChange,
  SettingChangePage, SettingPage, SetSettingInput, Snapshot, StoredValue,
} from "@coder/api/configuration-service";
import type { Stored } from "@coder/db";
import { actorOf, type Caller } from "@coder/shared";
import { newId, type CatalogueEntry, type DatabaseValue, type IConfigCatalogue, type ILiveConfig } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import type { ConfigurationServiceConfig } from "./config.ts";
import type { SettingRow } from "./entities.ts";
import { changeNotFound, schemaViolation, settingLocked, settingNotFound, settingNotSettable, settingNotStored, versionConflict } from "./errors.ts";
import { tierOf, versionOf, type SettingStore } from "./SettingStore.ts";
import { fromText, storageIssues, toChange } from "./values.ts";

export interface ConfigurationServiceDeps {
  readonly store: SettingStore;
  readonly catalogue: IConfigCatalogue;
  readonly config: ILiveConfig<ConfigurationServiceConfig>;
  readonly log: ILogger;
  readonly now: () => Date;
}

type Write = Pick<SettingChange, "key" | "action" | "to" | "rollsBack"> & { readonly version: string | null };

/** The installation's settings: what is in force and why, and the tier that can be changed while the product runs. */
export class ConfigurationService implements IConfigurationService {
  readonly #deps: ConfigurationServiceDeps;

  constructor(deps: ConfigurationServiceDeps) {
    this.#deps = deps;
  }

  async listSettings(_caller: Caller, { limit, cursor = "", prefix = "" }: ListSettingsInput): Promise<SettingPage> {
    const rows = await this.#deps.store.all();
    const versions = new Map(rows.map(({ key, etag }) => [key, etag]));
    const entries = this.#deps.catalogue.list(this.#accepted(rows)).filter(({ key }) => key.startsWith(prefix) && key > cursor);
    const items = entries.slice(0, limit).map((entry) => settingOf(entry, versions.get(entry.key) ?? null));
    return { items, nextCursor: entries.length > limit ? (items.at(-1)?.key ?? null) : null };
  }

  async getSetting(_caller: Caller, { key }: GetSettingInput): Promise<Setting> {
    const setting = await this.#read(key);
    if (!setting) throw settingNotFound(key, this.#deps.catalogue.nearest(key));
    return setting;
  }

  async setSetting(caller: Caller, { key, value, version }: SetSettingInput): Promise<ChangedSetting> {
    return this.#write(caller, { key, action: "set", to: { value }, rollsBack: null, version });
  }

  async resetSetting(caller: Caller, { key, version }: ResetSettingInput): Promise<ChangedSetting> {
    return this.#write(caller, { key, action: "reset", to: null, rollsBack: null, version });
  }

  async listChanges(_caller: Caller, { key, limit, cursor }: ListChangesInput): Promise<SettingChangePage> {
    const page = await this.#deps.store.changes(key === undefined ? {} : { key }, { limit, cursor });
    return { items: page.items.map(toChange), nextCursor: page.nextCursor };
  }

  async rollBackChange(caller: Caller, { id, version }: RollBackChangeInput): Promise<ChangedSetting> {
    const row = await this.#deps.store.findChange(id);
    if (!row) throw changeNotFound(id);
    const { key, from } = toChange(row);
    return this.#write(caller, { key, action: "roll_back", to: from, rollsBack: id, version });
  }

  async snapshot(): Promise<Snapshot> {
    const rows = await this.#deps.store.all();
    const values = [...tierOf(rows)].map(([key, { value }]) => [key, value] as const);
    return { version: versionOf(rows), values: Object.fromEntries(values) };
  }

  async #write(caller: Caller, { key, action, to, rollsBack, version }: Write): Promise<ChangedSetting> {
    const { store, catalogue, now } = this.#deps;
    const present = await store.find(key);
    if (to === null) this.#mayReset(key, present);
    else this.#mayStore(key, to);
    if ((present?.etag ?? null) !== version) throw versionConflict(key);
    const change: SettingChange = {
      id: newId(), key, action, rollsBack, to,
      from: fromText(present?.value ?? null),
      changedBy: actorOf(caller),
      changedAt: now().toISOString(),
    };
    await store.write(present, change);
    await this.recordChange(change).catch((err: unknown) => {
      // The event left behind with the write brings the change into the history.
      this.#deps.log.warn({ err, key }, "A change of a setting reaches the history later");
    });
    await catalogue.refresh();
    return { setting: await this.#read(key), change };
  }

  /** Adds a change to the history: at once after the write, and again by its event in case the process died in between. */
  recordChange(change: SettingChange): Promise<void> {
    return this.#deps.store.record(change);
  }

  #mayReset(key: string, present: SettingRow | null): void {
    if (present) return;
    throw this.#deps.catalogue.get(key) ? settingNotStored(key) : settingNotFound(key, this.#deps.catalogue.nearest(key));
  }

  #mayStore(key: string, { value }: NonNullable<StoredValue>): void {
    const { catalogue, config } = this.#deps;
    const entry = catalogue.get(key);
    if (!entry) throw settingNotFound(key, catalogue.nearest(key));
    if (!entry.settable) throw settingNotSettable(key, entry.environment);
    const holder = [entry, ...entry.hides].find(({ source }) => source === "environment" || source === "file");
    if (holder && !entry.merged) throw settingLocked(key, holder);
    const unfit = storageIssues(value, config.value.maxValueBytes);
    const issues = unfit.length > 0 ? unfit : catalogue.check(key, value);
    if (issues.length > 0) throw schemaViolation(key, issues);
  }

  async #read(key: string): Promise<Setting | null> {
    const row = await this.#deps.store.find(key);
    const entry = this.#deps.catalogue.get(key, this.#accepted(row ? [row] : []));
    return entry && settingOf(entry, row?.etag ?? null);
  }

  /** Stored values that are in force. A value that the configuration ignores is no answer to "what is it". */
  #accepted(rows: readonly Stored<SettingRow>[]): ReadonlyMap<string, DatabaseValue> {
    return new Map([...tierOf(rows)].filter(([key, { value }]) => this.#deps.catalogue.check(key, value).length === 0));
  }
}

function settingOf(entry: CatalogueEntry, version: string | null): Setting {
  const { key, module, description, schema, environment, secret, restart, settable, value, source, where, hides, pending } = entry;
  return { key, module, description, schema: { ...schema }, environment, secret, restart, settable, value, source, where, hides: [...hides], pending, version };
}
