import type { IDatabase } from "@coder/db";
import { OrganizationIdSchema, SessionIdSchema, UserIdSchema, systemCaller, type Caller, type UserCaller } from "@coder/shared";
import { newId, type IOutbox, type OutboxItem } from "@coder/shared/server";
import type { Note, Remark } from "./entities.ts";

/** A store that the repository contract is run against. */
export interface ContractStore {
  readonly database: IDatabase;
  readonly outbox: IOutbox;
  /** Lets so many seconds pass, as far as the outbox can tell. */
  later(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** What a store is known not to do as the others do. Each is a sentence in its documentation. */
export interface StoreLimits {
  /** It orders text by UTF-16 unit instead of by code point: differs beyond U+FFFF only. */
  readonly ordersTextByUnit?: true;
  /** Rows of another table are written behind a put, and not in one step with it. */
  readonly writesTablesApart?: true;
  /** It answers slowly, so it is asked fewer random questions. */
  readonly slow?: true;
}

/** Somebody in an organization of their own, so that tests share a store without meeting. */
export function somebody(): UserCaller & { readonly organizationId: NonNullable<UserCaller["organizationId"]> } {
  return { kind: "user", userId: newId(UserIdSchema), organizationId: newId(OrganizationIdSchema), sessionId: newId(SessionIdSchema) };
}

export function worker(caller: UserCaller): Caller {
  return systemCaller("contract.test", caller.organizationId);
}

export function note(caller: { readonly organizationId: Note["organizationId"] | null }, values: Partial<Note> = {}): Note {
  if (caller.organizationId === null) throw new Error("A note needs an organization");
  return {
    id: newId(),
    organizationId: caller.organizationId,
    title: "A note",
    slug: null,
    status: "open",
    amount: 1,
    ratio: 0.5,
    size: 2 ** 40,
    done: false,
    dueAt: null,
    createdAt: "2026-01-02T03:04:05.678Z",
    tags: [],
    details: {},
    extra: null,
    ...values,
  };
}

export function remark(caller: UserCaller, values: Partial<Remark> = {}): Remark {
  if (caller.organizationId === null) throw new Error("A remark needs an organization");
  return { id: newId(), organizationId: caller.organizationId, words: "A remark", size: null, madeAt: null, details: null, ...values };
}

/** What waits in the outbox for one organization, oldest first. */
export async function effectsOf(store: Pick<ContractStore, "outbox">, caller: UserCaller): Promise<readonly OutboxItem[]> {
  const items = await store.outbox.claim(100_000);
  return items.filter((item) => item.caller.kind !== "anonymous" && item.caller.organizationId === caller.organizationId);
}
