import { sessionCreatedEvent, sessionRevokedEvent, type RevocationReason, type SessionPage, type SessionSummary } from "@coder/api/auth";
import { eachRow, unlessConflict, type IDatabase, type IRepository, type Stored, type WriteEffects } from "@coder/db";
import type { OrganizationId, SessionId, UserCaller, UserId } from "@coder/shared";
import type { ILiveConfig } from "@coder/shared/server";
import type { ClockGuard } from "../ClockGuard.ts";
import type { AuthConfig } from "../config.ts";
import { sessionEntity, type SessionRow } from "../entities.ts";
import { deviceOf } from "./device.ts";
import type { LastUseRecorder } from "./LastUseRecorder.ts";
import { oldestAlive, stateOf } from "./session-life.ts";
import { hashToken, isToken } from "./token.ts";

const PAGE = 200;

export interface SessionStoreDeps {
  readonly database: IDatabase;
  readonly config: ILiveConfig<AuthConfig>;
  readonly clock: ClockGuard;
  readonly lastUse: LastUseRecorder;
}

interface PageInput {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Sessions after they began: whose they are, where they act, and how they end. */
export class SessionStore {
  readonly #deps: SessionStoreDeps;

  constructor(deps: SessionStoreDeps) {
    this.#deps = deps;
  }

  /** One statement. Null for unknown, expired and revoked tokens alike. */
  async resolve(token: string): Promise<SessionRow | null> {
    if (!isToken(token)) return null;
    const session = await this.#anybodys().findOne({ tokenHash: hashToken(token) });
    if (!session || !this.#isAlive(session)) return null;
    this.#deps.lastUse.note(session);
    return session;
  }

  /** The caller's own session; null when it ended in the meantime. */
  async current(caller: UserCaller): Promise<SessionRow | null> {
    const session = await this.#own(caller).get(caller.sessionId);
    return session && this.#isAlive(session) ? session : null;
  }

  listOwn(caller: UserCaller, page: PageInput): Promise<SessionPage> {
    return this.#list(this.#own(caller), caller.userId, page, caller.sessionId);
  }

  listOf(userId: UserId, page: PageInput): Promise<SessionPage> {
    return this.#list(this.#anybodys(), userId, page, null);
  }

  /** Which organization the person's last used session acts in. */
  async lastOrganizationOf(userId: UserId): Promise<OrganizationId | null> {
    const { items } = await this.#anybodys().query({ userId }, { limit: 1, sort: { field: "lastUsedAt", direction: "desc" } });
    return items[0]?.organizationId ?? null;
  }

  /** Ends one session of this person. Of parallel calls one gets true. */
  async revoke(userId: UserId, id: SessionId, reason: RevocationReason): Promise<boolean> {
    const sessions = this.#anybodys();
    const ended = await unlessConflict(sessions.delete(id, { ...revokedEffects({ id, userId }, reason), where: { userId } }));
    return ended !== null;
  }

  /** Ends all sessions of this person, or all but one. Returns how many. */
  async revokeAll(userId: UserId, reason: RevocationReason, except: SessionId | null = null): Promise<number> {
    const ids = await this.#idsOf(userId);
    let ended = 0;
    for (const id of ids) if (id !== except && (await this.revoke(userId, id, reason))) ended += 1;
    return ended;
  }

  async setOrganization(caller: UserCaller, organizationId: OrganizationId): Promise<boolean> {
    const updatedAt = this.#time();
    const done = await unlessConflict(this.#own(caller).update(caller.sessionId, { organizationId, updatedAt }));
    return done !== null;
  }

  /** The person no longer belongs to the organization: their sessions stop acting in it. `once` is the event that says so. */
  async leaveOrganization(userId: UserId, organizationId: OrganizationId, once: string): Promise<number> {
    const sessions = this.#deps.database.system("session-control").repository(sessionEntity);
    return sessions.updateMany({ userId, organizationId }, { organizationId: null, updatedAt: this.#time() }, { once });
  }

  /** When people last used a session that acts in this organization. Those who have none are left out. */
  async lastSeen(organizationId: OrganizationId, userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, string>> {
    const seen = new Map<UserId, string>();
    const sessions = this.#deps.database.system("session-control").repository(sessionEntity);
    if (userIds.length === 0) return seen;
    for await (const { userId, lastUsedAt } of eachRow(sessions, { organizationId, userId: { in: userIds } }, { limit: PAGE, sort: { field: "lastUsedAt", direction: "desc" } })) {
      if (!seen.has(userId)) seen.set(userId, lastUsedAt);
      if (seen.size === userIds.length) break;
    }
    return seen;
  }

  async #list(sessions: IRepository<SessionRow>, userId: UserId, { limit, cursor }: PageInput, current: SessionId | null): Promise<SessionPage> {
    const now = this.#deps.clock.now();
    const { lastUsedAt, createdAt } = oldestAlive(now, this.#deps.config.value.sessions);
    const { items, nextCursor } = await sessions.query(
      { userId, expiresAt: { gt: new Date(now).toISOString() }, lastUsedAt: { gt: lastUsedAt }, createdAt: { gt: createdAt } },
      { limit, sort: { field: "lastUsedAt", direction: "desc" }, cursor },
    );
    return { items: items.map((session) => summaryOf(session, current)), nextCursor };
  }

  async #idsOf(userId: UserId): Promise<SessionId[]> {
    const ids: SessionId[] = [];
    for await (const { id } of eachRow(this.#anybodys(), { userId }, { limit: PAGE })) ids.push(id);
    return ids;
  }

  #isAlive(session: SessionRow): boolean {
    const { alive, aheadMs } = stateOf(session, this.#deps.clock.now(), this.#deps.config.value.sessions);
    // Differences of a second are normal between machines.
    if (aheadMs > 1_000) this.#deps.clock.sawFuture(aheadMs, !alive);
    return alive;
  }

  #time(): string {
    return new Date(this.#deps.clock.now()).toISOString();
  }

  /** Bound to the caller by the query and by row-level security. */
  #own(caller: UserCaller): IRepository<SessionRow> {
    return this.#deps.database.for(caller).repository(sessionEntity);
  }

  #anybodys(): IRepository<SessionRow> {
    return this.#deps.database.system("sign-in").repository(sessionEntity);
  }
}

export function createdEffects({ id, userId, organizationId }: Pick<SessionRow, "id" | "userId" | "organizationId">): WriteEffects {
  return { emit: [sessionCreatedEvent.with({ sessionId: id, userId, organizationId })] };
}

export function revokedEffects({ id, userId }: Pick<SessionRow, "id" | "userId">, reason: RevocationReason): WriteEffects {
  return { emit: [sessionRevokedEvent.with({ sessionId: id, userId, reason })] };
}

function summaryOf({ id, ipAddress, userAgent, organizationId, createdAt, lastUsedAt, expiresAt }: Stored<SessionRow>, current: SessionId | null): SessionSummary {
  return { id, device: deviceOf(userAgent), userAgent, address: ipAddress, organizationId, createdAt, lastUsedAt, expiresAt, current: id === current };
}
