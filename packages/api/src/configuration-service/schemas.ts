import { pageInput, pageOf, UserIdSchema, VersionSchema } from "@coder/shared";
import { z } from "zod";

/** The tiers, highest first: the environment, the operator's YAML, the database, the shipped defaults. */
export const SETTING_SOURCES = ["environment", "file", "database", "default"] as const;
export const SettingSourceSchema = z.enum(SETTING_SOURCES);

/** Any JSON. Which JSON a key takes is said by its own schema. */
const ValueSchema = z.unknown();
const KeySchema = z.string().min(1).max(200).describe("Full key, for example `logging.retentionDays`");

export const SettingOriginSchema = z.object({
  source: SettingSourceSchema,
  /** The variable's name, `file:line`, or the id of the stored setting. */
  where: z.string(),
  value: ValueSchema,
});
export type SettingOrigin = z.infer<typeof SettingOriginSchema>;

/** A key, its value in use and why it is that. Secret values are masked in every field. */
export const SettingSchema = z.object({
  key: KeySchema,
  /** Null for the kernel's own keys. */
  module: z.string().nullable(),
  description: z.string(),
  /** JSON Schema of the value. */
  schema: z.record(z.string(), z.unknown()),
  /** The environment variable that outranks every other source. */
  environment: z.string(),
  secret: z.boolean(),
  /** A change takes effect with the next start. */
  restart: z.boolean(),
  /** Whether it can be changed here. Secrets, and what is needed before the database is open, cannot. */
  settable: z.boolean(),
  value: ValueSchema,
  source: SettingSourceSchema,
  where: z.string(),
  /** What the winning source hides, highest first. */
  hides: z.array(SettingOriginSchema),
  /** What takes effect with the next start; null when nothing waits. */
  pending: SettingOriginSchema.nullable(),
  /** Version of the stored value; null when none is stored. Hand it back when changing the setting. */
  version: VersionSchema.nullable(),
});
export type Setting = z.infer<typeof SettingSchema>;

/** A stored value; null stands for none, so that the next source shows through. */
export const StoredValueSchema = z.object({ value: ValueSchema }).nullable();
export type StoredValue = z.infer<typeof StoredValueSchema>;

export const CHANGE_ACTIONS = ["set", "reset", "roll_back"] as const;
export const ChangeActionSchema = z.enum(CHANGE_ACTIONS);

/** One change of a stored value. Changes are only ever added. */
export const SettingChangeSchema = z.object({
  id: z.uuid(),
  key: KeySchema,
  action: ChangeActionSchema,
  from: StoredValueSchema,
  to: StoredValueSchema,
  /** Null when the product itself did it. */
  changedBy: UserIdSchema.nullable(),
  changedAt: z.iso.datetime(),
  /** The change that this one took back. */
  rollsBack: z.uuid().nullable(),
});
export type SettingChange = z.infer<typeof SettingChangeSchema>;

export const ListSettingsInputSchema = z.object({ ...pageInput, prefix: z.string().max(200).optional().describe("Start of the key, for example `auth.`") });
export type ListSettingsInput = z.output<typeof ListSettingsInputSchema>;
/** By key. */
export const SettingPageSchema = pageOf(SettingSchema);
export type SettingPage = z.infer<typeof SettingPageSchema>;

export const GetSettingInputSchema = z.object({ key: KeySchema });
export type GetSettingInput = z.output<typeof GetSettingInputSchema>;

export const SetSettingInputSchema = z.object({
  key: KeySchema,
  value: ValueSchema.refine((value) => value !== undefined, "is missing"),
  version: VersionSchema.nullable().describe("As it was read; null when no value is stored yet"),
});
export type SetSettingInput = z.output<typeof SetSettingInputSchema>;

export const ResetSettingInputSchema = z.object({ key: KeySchema, version: VersionSchema.describe("As it was read") });
export type ResetSettingInput = z.output<typeof ResetSettingInputSchema>;

export const RollBackChangeInputSchema = z.object({ id: z.uuid(), version: VersionSchema.nullable().describe("Of the setting as it was read; null when no value is stored") });
export type RollBackChangeInput = z.output<typeof RollBackChangeInputSchema>;

/** `setting` is null when the changed key is of a module that is not there (any more). */
export const ChangedSettingSchema = z.object({ setting: SettingSchema.nullable(), change: SettingChangeSchema });
export type ChangedSetting = z.infer<typeof ChangedSettingSchema>;

export const ListChangesInputSchema = z.object({ ...pageInput, key: KeySchema.optional() });
export type ListChangesInput = z.output<typeof ListChangesInputSchema>;
/** Newest first. */
export const SettingChangePageSchema = pageOf(SettingChangeSchema);
export type SettingChangePage = z.infer<typeof SettingChangePageSchema>;

/** All stored values. `version` changes with every change. */
export const SnapshotSchema = z.object({ version: z.string(), values: z.record(z.string(), z.unknown()) });
export type Snapshot = z.infer<typeof SnapshotSchema>;
