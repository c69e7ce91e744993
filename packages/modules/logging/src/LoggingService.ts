import type {
  AuditEntry, AuditEntryPage, AuditScope, BeginEntryInput, BegunEntry, ChainReport, CompleteEntryInput, GetEntryInput, ILoggingService, ListEntriesInput,
} from "@coder/api/logging";
import { eachRow, type Filter, type IDatabase } from "@coder/db";
import { OrganizationIdSchema, UserIdSchema, type Caller, type Done } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { z } from "zod";
import { chainIdOf, ChainVerifier, GENESIS_HASH, INSTALLATION_CHAIN } from "./chain.ts";
import type { ChainWriter } from "./ChainWriter.ts";
import { auditChainEntity, auditEntryEntity, auditIntentEntity, type AuditIntent, type AuditRow } from "./entities.ts";
import { entryNotFound, intentNotFound } from "./errors.ts";

const MAX_DETAILS_CHARS = 8_000;

export interface LoggingServiceDeps {
  readonly database: IDatabase;
  readonly writer: ChainWriter;
  readonly now: () => Date;
}

/** The audit trail: who did what, to what, and when. One hash chain per organization, and one for what belongs to none. */
export class LoggingService implements ILoggingService {
  readonly #deps: LoggingServiceDeps;

  constructor(deps: LoggingServiceDeps) {
    this.#deps = deps;
  }

  async listEntries(caller: Caller, input: ListEntriesInput, scope: AuditScope): Promise<AuditEntryPage> {
    const { items, nextCursor } = await this.#entries(caller, scope).query(filterOf(input, scope), {
      limit: input.limit,
      sort: { field: "sequence", direction: "desc" },
      cursor: input.cursor,
    });
    return { items: [...items], nextCursor };
  }

  async getEntry(caller: Caller, { id }: GetEntryInput): Promise<AuditEntry> {
    const entry = await this.#entries(caller, "organization").get(id);
    if (!entry) throw entryNotFound();
    return entry;
  }

  async verifyChain(caller: Caller, scope: AuditScope): Promise<ChainReport> {
    const chainId = scope === "installation" ? INSTALLATION_CHAIN : chainIdOf(organizationOrNull(caller));
    const chain = await this.#deps.database.system("audit").repository(auditChainEntity).get(chainId);
    const verifier = new ChainVerifier({ sequence: chain?.prunedThrough ?? 0, hash: chain?.prunedHash ?? GENESIS_HASH });
    const rest = { chainId, sequence: { gt: chain?.prunedThrough ?? 0 } };
    for await (const row of eachRow(this.#entries(caller, scope), rest, { sort: { field: "sequence", direction: "asc" } })) {
      verifier.add(entryOf(row));
      if (verifier.broken) break;
    }
    return verifier.report();
  }

  async beginEntry(_caller: Caller, input: BeginEntryInput): Promise<BegunEntry> {
    const id = newId();
    await this.#intents().insert({ ...input, id, startedAt: this.#deps.now().toISOString() });
    return { id };
  }

  async completeEntry(caller: Caller, input: CompleteEntryInput): Promise<Done> {
    const intent = await this.#intents().get(input.id);
    if (intent) await this.#settle(intent, input);
    else if (!(await this.#entries(caller, "installation").get(input.id))) throw intentNotFound();
    return {};
  }

  /** Writes entries with the outcome `unknown` for actions that began before `before` and never ended. Returns how many. */
  async settleAbandoned(before: Date, signal: AbortSignal): Promise<number> {
    let settled = 0;
    while (!signal.aborted) {
      const { items } = await this.#intents().query({ startedAt: { lt: before.toISOString() } }, { sort: { field: "startedAt", direction: "asc" }, limit: 100 });
      for (const intent of items) await this.#settle(intent, { id: intent.id, outcome: "unknown" });
      settled += items.length;
      if (items.length < 100) break;
    }
    return settled;
  }

  async #settle(intent: AuditIntent, result: Omit<CompleteEntryInput, "outcome"> & { outcome: AuditEntry["outcome"] }): Promise<void> {
    const { caller } = intent;
    const actorUserId = UserIdSchema.safeParse(result.actorUserId).data ?? (caller.kind === "user" ? caller.userId : null);
    const organizationId = result.organizationId === undefined ? organizationOrNull(caller) : OrganizationIdSchema.nullable().parse(result.organizationId);
    await this.#deps.writer.append({
      id: intent.id,
      organizationId,
      actorKind: actorUserId ? "user" : caller.kind,
      actorUserId,
      actorComponent: caller.kind === "system" ? caller.component : null,
      action: intent.action,
      targetType: result.target?.type ?? null,
      targetId: result.target ? storableText(result.target.id) : null,
      outcome: result.outcome,
      errorCode: result.errorCode ?? null,
      details: storable(result.details ?? {}),
      address: intent.address,
      userAgent: storableText(intent.userAgent),
      traceId: intent.traceId,
      startedAt: intent.startedAt,
      completedAt: this.#deps.now().toISOString(),
    });
    await this.#intents().delete(intent.id);
  }

  #intents() {
    return this.#deps.database.system("audit").repository(auditIntentEntity);
  }

  #entries(caller: Caller, scope: AuditScope) {
    const { database } = this.#deps;
    return (scope === "installation" ? database.system("audit") : database.for(caller)).repository(auditEntryEntity);
  }
}

function organizationOrNull(caller: Caller) {
  return caller.kind === "anonymous" ? null : caller.organizationId;
}

function filterOf(input: ListEntriesInput, scope: AuditScope): Filter<AuditRow> {
  const { actorUserId, actionPrefix, outcome, targetType, targetId, from, until } = input;
  return {
    ...(scope === "installation" ? { chainId: INSTALLATION_CHAIN } : {}),
    ...(actorUserId === undefined ? {} : { actorUserId }),
    ...(actionPrefix === undefined ? {} : { action: { prefix: actionPrefix } }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(targetType === undefined ? {} : { targetType }),
    ...(targetId === undefined ? {} : { targetId }),
    ...(from === undefined && until === undefined
      ? {}
      : { completedAt: { ...(from === undefined ? {} : { gte: from }), ...(until === undefined ? {} : { lt: until }) } }),
  };
}

function entryOf({ chainId: _chainId, etag: _etag, ...entry }: AuditRow & { etag: string }): AuditEntry {
  return entry;
}

/** Details may repeat what a stranger sent: bounded, and without the characters that no database keeps. */
function storable(details: Record<string, unknown>): Record<string, unknown> {
  const text = JSON.stringify(details, (_key, value: unknown) => (typeof value === "string" ? storableText(value) : value));
  if (text.length > MAX_DETAILS_CHARS) return { omitted: "The details were larger than an entry may be." };
  return z.record(z.string(), z.unknown()).parse(JSON.parse(text.replaceAll("\\u0000", "\\ufffd")));
}

function storableText(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\ufffd");
}
