import { OrganizationIdSchema, systemCaller, type Caller, type OrganizationId } from "@coder/shared";
import type { SystemReason } from "./database.ts";
import { TENANT_FIELD, type EntityDescriptor } from "./entity.ts";

/** Whose rows may be touched: a caller's, or everybody's for one listed reason. */
export type Access = { readonly kind: "caller"; readonly caller: Caller } | { readonly kind: "system"; readonly reason: SystemReason };

/** What the rows of one entity are bound to. `value` null: the caller has no such tenant and sees nothing. */
export interface TenantBound {
  readonly field: string;
  readonly value: string | null;
}

/** Null means unbound: cross-tenant work, or a table of no tenant. */
export function boundOf(entity: EntityDescriptor, access: Access): TenantBound | null {
  const field = TENANT_FIELD[entity.tenancy];
  if (access.kind === "system") return null;
  if (field === null) throw new Error(`${entity.table} belongs to no tenant: reach it through db.system(reason)`);
  if (access.caller.kind === "system" && (entity.tenancy === "user" || access.caller.organizationId === null)) {
    // Answering with nothing would let a nightly job believe that its work is done.
    throw new Error(`${access.caller.component} acts for no ${entity.tenancy}: reach ${entity.table} through db.system(reason), or act for one ${entity.tenancy}`);
  }
  const value = entity.tenancy === "organization" ? organizationOf(access.caller) : userOf(access.caller);
  // One spelling, as rows have it.
  return { field, value: value?.toLowerCase() ?? null };
}

function organizationOf(caller: Caller): string | null {
  return caller.kind === "anonymous" ? null : caller.organizationId;
}

function userOf(caller: Caller): string | null {
  return caller.kind === "user" ? caller.userId : null;
}

/** Whom a write's effects name. Cross-tenant work acts for the organization of the row it wrote. */
export function effectCaller(access: Access, row: Readonly<Record<string, unknown>> | undefined): Caller {
  if (access.kind === "caller") return access.caller;
  return systemCaller(access.reason, organizationIdOf(row?.["organizationId"]));
}

function organizationIdOf(value: unknown): OrganizationId | null {
  const parsed = OrganizationIdSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
}

/** A short name of the tenant, for keys that must not meet those of another. */
export function tenantKey(entity: EntityDescriptor, access: Access): string {
  const bound = boundOf(entity, access);
  return bound === null ? "system" : `${entity.tenancy}:${bound.value ?? ""}`;
}
