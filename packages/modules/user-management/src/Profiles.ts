import { THEMES, type Preferences, type Profile, type UpdatedProfile, type UpdatePreferencesInput, type UpdateProfileInput } from "@coder/api/user-management";
import { unlessConflict, unlessExists } from "@coder/db";
import { isAppError, type UserCaller } from "@coder/shared";
import type { UserRow } from "./entities.ts";
import { userNotFound, versionConflict } from "./errors.ts";
import { userOf, type People } from "./People.ts";
import type { Permissions } from "./Permissions.ts";
import type { Tables } from "./Tables.ts";

const DEFAULTS: Preferences = { theme: THEMES[0], locale: null, timeZone: null };

export interface ProfilesDeps {
  readonly tables: Tables;
  readonly people: People;
  readonly permissions: Permissions;
  readonly now: () => Date;
}

/** What is a person's own. */
export class Profiles {
  readonly #deps: ProfilesDeps;

  constructor(deps: ProfilesDeps) {
    this.#deps = deps;
  }

  async get(caller: UserCaller): Promise<Profile> {
    return this.#profile(caller, await this.#row(caller));
  }

  async update(caller: UserCaller, { version, name, image }: UpdateProfileInput): Promise<UpdatedProfile> {
    const before = await this.#row(caller);
    if (before.etag !== version) throw versionConflict(version, await this.#profile(caller, before));
    const changes = { ...(name === undefined || name === before.name ? {} : { name }), ...(image === undefined || image === before.image ? {} : { image }) };
    if (Object.keys(changes).length === 0) return { ...(await this.#profile(caller, before)), changes: {} };
    const after = await this.#write(caller, changes, version);
    return {
      ...(await this.#profile(caller, after)),
      changes: {
        ...("name" in changes ? { name: { from: before.name, to: after.name } } : {}),
        // The picture itself may be large; that it changed is what matters.
        ...("image" in changes ? { image: { from: kindOf(before.image), to: kindOf(after.image) } } : {}),
      },
    };
  }

  async preferences(caller: UserCaller): Promise<Preferences> {
    const row = await this.#deps.tables.preferences(caller).get(caller.userId);
    return row ? preferencesOf(row) : DEFAULTS;
  }

  async updatePreferences(caller: UserCaller, input: UpdatePreferencesInput): Promise<Preferences> {
    const { now, tables } = this.#deps;
    const repository = tables.preferences(caller);
    const { theme, locale, timeZone } = input;
    const changes = { ...(theme === undefined ? {} : { theme }), ...(locale === undefined ? {} : { locale }), ...(timeZone === undefined ? {} : { timeZone }), updatedAt: now().toISOString() };
    const row =
      (await unlessConflict(repository.update(caller.userId, changes))) ??
      (await unlessExists(repository.insert({ ...DEFAULTS, ...changes, id: caller.userId, userId: caller.userId }))) ??
      (await repository.update(caller.userId, changes));
    return preferencesOf(row);
  }

  async #write(caller: UserCaller, changes: { name?: string; image?: string | null }, version: string): Promise<UserRow> {
    try {
      const row = await this.#deps.people.update(caller.userId, changes, version);
      if (!row) throw userNotFound();
      return row;
    } catch (error) {
      if (!isAppError(error) || error.code !== "version_conflict") throw error;
      throw versionConflict(version, await this.get(caller));
    }
  }

  async #profile(caller: UserCaller, row: UserRow): Promise<Profile> {
    const { updatedAt: _updatedAt, ...user } = userOf(row);
    const held = await this.#deps.permissions.of(caller.userId, caller.organizationId);
    return { ...user, installationAdmin: held.installationAdmin, role: held.status === "active" ? held.role : null, permissions: held.permissions };
  }

  async #row(caller: UserCaller): Promise<UserRow> {
    const row = await this.#deps.people.get(caller.userId);
    if (!row) throw userNotFound();
    return row;
  }
}

function preferencesOf({ theme, locale, timeZone }: Preferences): Preferences {
  return { theme, locale, timeZone };
}

function kindOf(image: string | null): string | null {
  return image === null ? null : image.startsWith("data:") ? image.slice(0, image.indexOf(";")) : image;
}
