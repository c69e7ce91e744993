import type { Caller } from "@coder/shared";
import type { z } from "zod";
import type { EntityDescriptor } from "./entity.ts";
import type { IRepository } from "./repository.ts";

/** Repositories bound to one caller, or to one named cross-tenant purpose. Cheap to make. */
export interface IDatabaseScope {
  repository<Schema extends z.ZodObject>(entity: EntityDescriptor<Schema>): IRepository<z.output<Schema> & { readonly id: string }>;
}

export interface IDatabase {
  /** The caller's own tenant: rows of their organization, and their own user rows. */
  for(caller: Caller): IDatabaseScope;
  /**
   * Across tenants. `reason` is one of `SYSTEM_REASONS`. The health page shows how often each was used since the process started; the
   * audit log of the installation has an entry for each reason, process and day.
   */
  system(reason: SystemReason): IDatabaseScope;
}

/** Every piece of cross-tenant work there is. Adding one is a decision: say why here. */
export const SYSTEM_REASONS = {
  "sign-in": "Before sign-in nobody has a tenant: sessions, accounts and people are looked up by token or address",
  "session-control": "Sessions end, or leave an organization, when an administrator or an event says so, whoever's they are",
  "membership": "Which organizations somebody belongs to is asked before one is chosen",
  "people": "A person is in no tenant: one account can belong to several organizations, and each shows its members' names",
  "outbox-relay": "One relay hands on the effects of all tenants",
  "audit": "One log takes the entries of all tenants and of nobody",
  "jobs": "One follower notes the jobs of all tenants; those of the product itself belong to none",
  "retention": "Clean-up passes over all tenants",
  "settings": "Installation settings belong to no tenant",
} as const;
export type SystemReason = keyof typeof SYSTEM_REASONS;
