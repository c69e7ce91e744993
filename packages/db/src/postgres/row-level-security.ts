import { APP_ROLE, SYSTEM_ROLE } from "@coder/shared/server";
import { SYSTEM_REASONS } from "../database.ts";
import { TENANT_FIELD, type EntityDescriptor } from "../entity.ts";
import { columnOf } from "./columns.ts";
import { SETTINGS } from "./tenancy-sql.ts";

type Role = typeof APP_ROLE | typeof SYSTEM_ROLE;
type Privilege = "SELECT" | "INSERT" | "UPDATE" | "DELETE";

/** Expressions are written as PostgreSQL prints them, so that the catalogue can be compared with them. */
export interface Policy {
  readonly name: string;
  readonly role: Role;
  readonly command: "ALL" | "INSERT" | "SELECT" | "DELETE";
  readonly using: string | null;
  readonly check: string | null;
}

/** What one table's rows are guarded by. */
export interface TableWall {
  readonly table: string;
  readonly policies: readonly Policy[];
  readonly grants: Readonly<Record<Role, readonly Privilege[]>>;
}

const EVERYTHING: readonly Privilege[] = ["SELECT", "INSERT", "UPDATE", "DELETE"];
const LISTED_REASON = "(app_reason() IS NOT NULL)";
const SYSTEM_WORK: Policy = { name: "system_work", role: SYSTEM_ROLE, command: "ALL", using: LISTED_REASON, check: LISTED_REASON };

/** The kernel's own tables. They are no entities: tenants may leave effects and keys behind, only the relay takes them away. */
export const KERNEL_WALLS: readonly TableWall[] = [
  {
    table: "kernel_outbox",
    policies: [
      // An effect runs with the rights of the caller it names, so it must name the one who wrote it.
      insertPolicy("(((caller ->> 'organizationId'::text) = (app_organization())::text) OR ((caller ->> 'userId'::text) = (app_user())::text))"),
      SYSTEM_WORK,
    ],
    grants: { [APP_ROLE]: ["INSERT"], [SYSTEM_ROLE]: EVERYTHING },
  },
  {
    table: "kernel_once_keys",
    policies: [tenantPolicy("((tenant = ('organization:'::text || app_organization())) OR (tenant = ('user:'::text || app_user())))"), SYSTEM_WORK],
    grants: { [APP_ROLE]: ["SELECT", "INSERT"], [SYSTEM_ROLE]: ["SELECT", "INSERT", "DELETE"] },
  },
];

/** Tables that neither role may touch: Prisma's own record of the migrations. */
export const UNWALLED_TABLES: readonly string[] = ["_prisma_migrations"];

const TENANT_FUNCTION = { organization: "app_organization()", user: "app_user()" } as const;

export function wallOf(entity: EntityDescriptor): TableWall {
  const privileges: readonly Privilege[] = entity.appendOnly ? ["SELECT", "INSERT"] : EVERYTHING;
  if (entity.tenancy === "system") {
    return { table: entity.table, policies: [SYSTEM_WORK], grants: { [APP_ROLE]: [], [SYSTEM_ROLE]: privileges } };
  }
  const column = columnOf(TENANT_FIELD[entity.tenancy]);
  return {
    table: entity.table,
    policies: [tenantPolicy(`(${column} = ${TENANT_FUNCTION[entity.tenancy]})`), SYSTEM_WORK],
    grants: { [APP_ROLE]: privileges, [SYSTEM_ROLE]: privileges },
  };
}

function tenantPolicy(expression: string): Policy {
  return { name: "tenant_rows", role: APP_ROLE, command: "ALL", using: expression, check: expression };
}

function insertPolicy(check: string): Policy {
  return { name: "tenant_rows", role: APP_ROLE, command: "INSERT", using: null, check };
}

/** The roles and the functions that policies ask for whom a statement runs. Safe to run again; runs again when a reason is added. */
export function foundationSql(): string {
  const role = (name: string): string =>
    `do $$ begin create role ${name} nologin; exception when duplicate_object or unique_violation then null; end $$;`;
  const setting = (name: string): string => `nullif(current_setting('${name}', true), '')`;
  const fn = (name: string, type: string, body: string): string =>
    `create or replace function ${name}() returns ${type} language sql stable parallel safe as $$ select ${body} $$;`;
  const reasons = Object.keys(SYSTEM_REASONS).map((reason) => `'${reason}'`);
  return [
    role(APP_ROLE),
    role(SYSTEM_ROLE),
    `grant usage on schema public to ${APP_ROLE}, ${SYSTEM_ROLE};`,
    fn("app_organization", "uuid", `${setting(SETTINGS.organization)}::uuid`),
    fn("app_user", "uuid", `${setting(SETTINGS.user)}::uuid`),
    fn("app_reason", "text", `case when current_setting('${SETTINGS.reason}', true) in (${reasons.join(", ")}) then current_setting('${SETTINGS.reason}', true) end`),
  ].join("\n");
}

/** Puts one table behind its wall. `old` are the policies it has so far. */
export function wallSql({ table, policies, grants }: TableWall, old: readonly string[] = []): string {
  const statements = [
    `alter table "${table}" enable row level security, force row level security;`,
    ...old.map((name) => `drop policy "${name}" on "${table}";`),
    ...policies.map(policySql(table)),
    `revoke all on "${table}" from public, ${APP_ROLE}, ${SYSTEM_ROLE};`,
    ...Object.entries(grants).flatMap(([role, privileges]) => (privileges.length > 0 ? [`grant ${privileges.join(", ").toLowerCase()} on "${table}" to ${role};`] : [])),
  ];
  return statements.join("\n");
}

const policySql = (table: string) => ({ name, role, command, using, check }: Policy): string =>
  `create policy ${name} on "${table}" for ${command.toLowerCase()} to ${role}${using ? ` using ${using}` : ""}${check ? ` with check ${check}` : ""};`;
