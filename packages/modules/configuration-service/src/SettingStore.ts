import { createHash } from "node:crypto";
import { settingChangedEvent, type SettingChange } from "@coder/api/configuration-service";
import { eachRow, unlessExists, type IDatabase, type IRepository, type Stored } from "@coder/db";
import { isAppError } from "@coder/shared";
import { newId, type DatabaseValue } from "@coder/shared/server";
import { settingChangeEntity, settingEntity, type SettingChangeRow, type SettingRow } from "./entities.ts";
import { versionConflict } from "./errors.ts";
import { fromText, toChangeRow, toText } from "./values.ts";

/** Stored settings and their changes. */
export class SettingStore {
  readonly #database: IDatabase;

  constructor(deps: { readonly database: IDatabase }) {
    this.#database = deps.database;
  }

  find(key: string): Promise<Stored<SettingRow> | null> {
    return this.#settings().findOne({ key });
  }

  async all(): Promise<readonly Stored<SettingRow>[]> {
    const rows: Stored<SettingRow>[] = [];
    for await (const row of eachRow(this.#settings(), {}, { limit: 1_000 })) rows.push(row);
    return rows;
  }

  /**
   * Writes what the change says over the version that `present` is; the event that tells of it is in the same transaction.
   * Of several writers over one version exactly one gets through, the others get `version_conflict`.
   */
  async write(present: Stored<SettingRow> | null, change: SettingChange): Promise<void> {
    const { key, changedBy, changedAt } = change;
    const effects = { emit: [settingChangedEvent.with(change)] };
    const value = toText(change.to);
    try {
      if (present === null) {
        if (value !== null) await this.#settings().insert({ id: newId(), key, value, changedBy, changedAt }, effects);
      } else if (value !== null) {
        await this.#settings().update(present.id, { value, changedBy, changedAt }, { etag: present.etag, ...effects });
      } else if ((await this.#settings().delete(present.id, { etag: present.etag, ...effects })) === null) {
        throw versionConflict(key);
      }
    } catch (error) {
      if (isAppError(error) && (error.kind === "not_found" || ["version_conflict", "already_exists"].includes(error.code))) throw versionConflict(key);
      throw error;
    }
  }

  /** Adds a change to the history. Repeating it changes nothing. */
  async record(change: SettingChange): Promise<void> {
    await unlessExists(this.#changes().insert(toChangeRow(change)));
  }

  findChange(id: string): Promise<Stored<SettingChangeRow> | null> {
    return this.#changes().get(id);
  }

  /** Newest first. */
  changes(filter: { readonly key?: string }, page: { readonly limit: number; readonly cursor?: string | undefined }) {
    return this.#changes().query(filter, { ...page, sort: { field: "id", direction: "desc" } });
  }

  #settings(): IRepository<SettingRow> {
    return this.#database.system("settings").repository(settingEntity);
  }

  #changes(): IRepository<SettingChangeRow> {
    return this.#database.system("settings").repository(settingChangeEntity);
  }
}

/** The database tier as the configuration wants it. */
export function tierOf(rows: readonly SettingRow[]): Map<string, DatabaseValue> {
  return new Map(rows.map(({ id, key, value }) => [key, { value: fromText(value)?.value, where: id }]));
}

/** Changes with every write and reset, whatever the order in which rows come. */
export function versionOf(rows: readonly Stored<SettingRow>[]): string {
  const tags = rows.map(({ key, etag }) => `${key}\n${etag}\n`).sort();
  return createHash("sha256").update(tags.join("")).digest("base64url").slice(0, 22);
}
