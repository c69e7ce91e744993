import pg from "pg";

/** Settings that say, inside one transaction, for whom a statement runs. Row-level security reads them. */
export const SETTINGS = { organization: "app.organization", user: "app.user", reason: "app.reason" } as const;

/** For whom a connection works during one transaction. Empty text means nobody. */
export interface ScopeSettings {
  readonly organization: string;
  readonly user: string;
  readonly reason: string;
}

/** Begins a transaction for a scope, in one message: half the work of two for either side. */
export function beginSql({ organization, user, reason }: ScopeSettings): string {
  // Setting costs PostgreSQL less than selecting `set_config`, which is planned and gives a row.
  const set = (name: string, value: string): string => `set local "${name}" = ${pg.escapeLiteral(value)}`;
  return ["begin", set(SETTINGS.organization, organization), set(SETTINGS.user, user), set(SETTINGS.reason, reason)].join("; ");
}
