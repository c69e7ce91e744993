import { defineEntity, type RowOf } from "@coder/db";
import { OrganizationIdSchema, UserIdSchema } from "@coder/shared";
import { z } from "zod";

/** One entity per tenancy, with every kind of field, for the repository contract. The tables are in `prisma/contract.prisma`. */
export const noteEntity = defineEntity({
  table: "contract_notes",
  model: "ContractNote",
  tenancy: "organization",
  schema: z.object({
    id: z.uuid(),
    organizationId: OrganizationIdSchema,
    title: z.string(),
    slug: z.string().nullable(),
    status: z.enum(["open", "done", "dropped"]),
    amount: z.int(),
    ratio: z.number(),
    size: z.int(),
    done: z.boolean(),
    dueAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    tags: z.array(z.string()),
    details: z.record(z.string(), z.unknown()),
    extra: z.array(z.object({ name: z.string() })).nullable(),
  }),
  unique: [["slug"]],
  indexes: [["createdAt"]],
});
export type Note = RowOf<typeof noteEntity>;

/** Written beside notes. */
export const remarkEntity = defineEntity({
  table: "contract_remarks",
  model: "ContractRemark",
  tenancy: "organization",
  schema: z.object({ id: z.uuid(), organizationId: OrganizationIdSchema, words: z.string(), size: z.int().nullable(), madeAt: z.iso.datetime().nullable(), details: z.unknown() }),
});
export type Remark = RowOf<typeof remarkEntity>;

export const preferenceEntity = defineEntity({
  table: "contract_preferences",
  model: "ContractPreference",
  tenancy: "user",
  schema: z.object({ id: z.uuid(), userId: UserIdSchema, name: z.string(), value: z.string() }),
  unique: [["name"]],
});

export const settingEntity = defineEntity({
  table: "contract_settings",
  model: "ContractSetting",
  tenancy: "system",
  schema: z.object({ id: z.string(), value: z.unknown() }),
});

export const CONTRACT_ENTITIES = [noteEntity, remarkEntity, preferenceEntity, settingEntity] as const;

/** The Prisma client of these tables, made when a test first needs it. */
export const CONTRACT_CLIENT_URL = new URL("../../generated/prisma/client.ts", import.meta.url);
