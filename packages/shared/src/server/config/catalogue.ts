import type { JSONSchema } from "zod/v4/core";

/** The tiers of the configuration, highest first. */
export const CONFIG_SOURCES = ["environment", "file", "database", "default"] as const;
export type ConfigSource = (typeof CONFIG_SOURCES)[number];

/** One tier's say about a key. Values of secret keys are masked before they get here. */
export interface SettingOrigin {
  readonly source: ConfigSource;
  /** The variable's name, `file:line`, or the setting's id. */
  readonly where: string;
  readonly value: unknown;
}

/** A key of the configuration with its present value and where that comes from. */
export interface CatalogueEntry {
  /** Full key: `server.port` for the kernel, `auth.session.idleMinutes` for a module. */
  readonly key: string;
  /** Null for the kernel's own keys. */
  readonly module: string | null;
  readonly description: string;
  /** JSON Schema of the value. */
  readonly schema: JSONSchema.BaseSchema;
  /** The environment variable that outranks every other tier. */
  readonly environment: string;
  readonly secret: boolean;
  readonly restart: boolean;
  /** Whether the database tier may hold it. What is needed before the database is open, and every secret, may not. */
  readonly settable: boolean;
  /** Records that declare it are merged key by key over the tiers instead of replaced. */
  readonly merged: boolean;
  /** The value in use. */
  readonly value: unknown;
  readonly source: ConfigSource;
  readonly where: string;
  /** What the winning tier hides, highest first. */
  readonly hides: readonly SettingOrigin[];
  /** Set when the configured value differs from the one in use, until the next start. */
  readonly pending: { readonly value: unknown; readonly source: ConfigSource; readonly where: string } | null;
}

/** One thing wrong with a value. `path` is inside the value and empty for the value itself. */
export interface ValueIssue {
  readonly path: string;
  readonly message: string;
}

/** A database value as its owner holds it now. */
export interface DatabaseValue {
  readonly value: unknown;
  readonly where: string;
}

/** All keys this process knows: the kernel's and those of the modules it hosts. */
export interface IConfigCatalogue {
  /** Sorted by key. `database` replaces the tier as this process last polled it. */
  list(database?: ReadonlyMap<string, DatabaseValue>): readonly CatalogueEntry[];
  get(key: string, database?: ReadonlyMap<string, DatabaseValue>): CatalogueEntry | null;
  /** The known key that `key` most likely means, or null. */
  nearest(key: string): string | null;
  /** What is wrong with `value` in the database tier, on its own and together with the rest. Empty when it is fine. */
  check(key: string, value: unknown): readonly ValueIssue[];
  /** Takes in the database tier now instead of at the next poll. For whoever just changed it. */
  refresh(): Promise<void>;
}
