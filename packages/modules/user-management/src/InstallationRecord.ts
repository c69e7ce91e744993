import { unlessConflict, unlessExists } from "@coder/db";
import { OrganizationIdSchema, type UserId } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { INSTALLATION_ID, type InstallationRow } from "./entities.ts";
import { permissionEpoch } from "./permission-epoch.ts";
import type { Tables } from "./Tables.ts";

/** After this long a first sign-up that was never finished no longer keeps others out. */
const CLAIM_MS = 5 * 60_000;

/** The one row that says whose the installation is. */
export class InstallationRecord {
  readonly #tables: Tables;
  readonly #now: () => Date;

  constructor(deps: { tables: Tables; now: () => Date }) {
    this.#tables = deps.tables;
    this.#now = deps.now;
  }

  get(): Promise<InstallationRow | null> {
    return this.#tables.installation.get(INSTALLATION_ID);
  }

  async isRunBy(userId: UserId): Promise<boolean> {
    const row = await this.get();
    return row?.state === "claimed" && row.administratorIds.includes(userId);
  }

  /** False while somebody may still be first. */
  isTaken(row: InstallationRow | null): row is InstallationRow {
    return row !== null && (row.state === "claimed" || this.#now().getTime() - Date.parse(row.claimedAt) < CLAIM_MS);
  }

  /** One insert, or one write over an abandoned claim: of simultaneous callers one gets the row. */
  async claim(userId: UserId, abandoned: InstallationRow | null): Promise<InstallationRow | null> {
    const claim = { state: "claiming" as const, administratorIds: [userId], organizationId: newId(OrganizationIdSchema), claimedAt: this.#now().toISOString() };
    if (abandoned) return unlessConflict(this.#tables.installation.update(INSTALLATION_ID, claim, { etag: abandoned.etag }));
    return unlessExists(this.#tables.installation.insert({ id: INSTALLATION_ID, ...claim }));
  }

  async confirm(claim: InstallationRow): Promise<boolean> {
    if (claim.state === "claimed") return true;
    const confirmed = await unlessConflict(this.#tables.installation.update(INSTALLATION_ID, { state: "claimed" }, { etag: claim.etag }));
    permissionEpoch.advance();
    return confirmed !== null || (await this.get())?.organizationId === claim.organizationId;
  }

  /** Undoes a claim that was not confirmed. */
  async release(userId: UserId): Promise<void> {
    const row = await this.get();
    if (row?.state === "claiming" && row.administratorIds.includes(userId)) await unlessConflict(this.#tables.installation.delete(INSTALLATION_ID, { etag: row.etag }));
  }
}
