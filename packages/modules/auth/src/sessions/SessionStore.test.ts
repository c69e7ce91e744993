import type { IDatabase, IRepository } from "@coder/db";
import { describe, expect, it } from "vitest";
import { House } from "../__fixtures__/house.ts";
import { sessionEntity } from "../entities.ts";
import { cleanUpSessionsHandler } from "../jobs/clean-up-sessions.handler.ts";
import { SessionPort } from "../SessionPort.ts";
import { LastUseRecorder } from "./LastUseRecorder.ts";
import { SessionStore } from "./SessionStore.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

async function signedIn(options: ConstructorParameters<typeof House>[0] = {}) {
  const house = new House(options);
  const session = await house.signUp();
  return { house, session, rows: house.database.system("sign-in").repository(sessionEntity) };
}

function cleanUp(house: House): Promise<void> {
  const { database, config, parts } = house;
  const context = { id: "job", payload: {}, caller: { kind: "anonymous" as const }, attempt: 1, signal: new AbortController().signal, log: house.log, progress: async () => {} };
  return cleanUpSessionsHandler({ database, config, clock: parts.clock })(context);
}

/** A database whose repositories' calls are written down. */
function watched(database: IDatabase, calls: string[]): IDatabase {
  const watch = <Repository extends object>(repository: Repository): Repository =>
    new Proxy(repository, {
      get: (target, name, receiver) => {
        const value: unknown = Reflect.get(target, name, receiver);
        return typeof value === "function" ? (...args: unknown[]) => (calls.push(String(name)), Reflect.apply(value, target, args)) : value;
      },
    });
  const scope = (inner: ReturnType<IDatabase["system"]>): ReturnType<IDatabase["system"]> => ({ repository: (entity) => watch(inner.repository(entity)) });
  return { for: (caller) => scope(database.for(caller)), system: (reason) => scope(database.system(reason)) };
}

describe("resolving a session", () => {
  it("costs one read of the store, and writes nothing while it waits", async () => {
    const { house, session } = await signedIn();
    house.pass(5 * MINUTE);
    const calls: string[] = [];
    const store = new SessionStore({ database: watched(house.database, calls), config: house.config, clock: house.parts.clock, lastUse: house.parts.lastUse });
    expect(await store.resolve(session.token ?? "")).toMatchObject({ id: session.sessionId });
    expect(calls).toEqual(["findOne"]);
  });

  it("goes through the module's client from wherever the port is", async () => {
    const { house, session } = await signedIn();
    const port = new SessionPort({ auth: () => house.asModule, caller: { kind: "system", component: "kernel.sessions", organizationId: null } });
    expect(await port.resolve(session.token ?? "")).toEqual(await house.callerOf(session.token));
    expect(await port.resolve("A".repeat(32))).toBeNull();
    expect(await port.resolve("x".repeat(1_000_000))).toBeNull();
  });
});

describe("the last use", () => {
  it("is noted at most once a minute, for many sessions in one write", async () => {
    const { house, session, rows } = await signedIn();
    const others = await Promise.all(Array.from({ length: 3 }, () => house.signIn()));
    const all = [session, ...others];
    const lastUses = async () => new Set((await rows.query({})).items.map(({ lastUsedAt }) => lastUsedAt));
    const begun = new Date(house.now).toISOString();
    house.pass(59_000);
    for (const { token } of all) await house.callerOf(token);
    await house.parts.lastUse.flush();
    expect(await lastUses()).toEqual(new Set([begun]));
    house.pass(1_000);
    for (let use = 0; use < 5; use++) for (const { token } of all) await house.callerOf(token);
    await house.parts.lastUse.flush();
    expect(await lastUses()).toEqual(new Set([new Date(house.now).toISOString()]));
  });

  it("writes nothing at all for sessions that were noted within the minute", async () => {
    const { house, session } = await signedIn();
    const calls: string[] = [];
    const lastUse = new LastUseRecorder({ database: watched(house.database, calls), now: () => house.now, log: house.log });
    const store = new SessionStore({ database: house.database, config: house.config, clock: house.parts.clock, lastUse });
    house.pass(59_000);
    await store.resolve(session.token ?? "");
    await lastUse.flush();
    expect(calls).toEqual([]);
    house.pass(1_000);
    await store.resolve(session.token ?? "");
    await lastUse.flush();
    expect(calls).toEqual(["updateMany"]);
  });

  it("brings nothing back that was ended in between, and its failure is only logged", async () => {
    const { house, session, rows } = await signedIn();
    house.pass(2 * MINUTE);
    const caller = await house.callerOf(session.token);
    await house.as(caller ?? { kind: "anonymous" }).signOut({});
    await house.parts.lastUse.flush();
    expect(await rows.count({})).toBe(0);
    const second = await house.signIn();
    house.pass(2 * MINUTE);
    await house.callerOf(second.token);
    const system = house.database.system.bind(house.database);
    house.database.system = () => ({ repository: () => new Proxy({} as IRepository<never>, { get: () => () => Promise.reject(new Error("The store is away")) }) });
    await house.parts.lastUse.flush();
    house.database.system = system;
    expect(house.logs.filter(({ level }) => level === "warn").map(({ message }) => message)).toEqual(["Could not note when sessions were last used"]);
  });
});

describe("the end of a session", () => {
  it("comes after its idle time, unless it is used", async () => {
    const { house, session } = await signedIn();
    const other = await house.signIn();
    for (let day = 0; day < 10; day++) {
      house.pass(DAY);
      await house.callerOf(session.token);
      await house.parts.lastUse.flush();
    }
    expect(await house.callerOf(session.token)).not.toBeNull();
    expect(await house.callerOf(other.token)).toBeNull();
    expect((await house.asModule.listSessionsOf({ userId: session.userId })).items.map(({ id }) => id)).toEqual([session.sessionId]);
  });

  it("comes after its absolute time, however much it is used", async () => {
    const { house, session } = await signedIn();
    for (let day = 0; day < 30; day++) {
      expect(await house.callerOf(session.token)).not.toBeNull();
      await house.parts.lastUse.flush();
      house.pass(DAY);
    }
    expect(await house.callerOf(session.token)).toBeNull();
  });

  it("comes at once when the limits are shortened", async () => {
    const { house, session } = await signedIn();
    house.pass(2 * HOUR);
    expect(await house.callerOf(session.token)).not.toBeNull();
    house.config.value = { ...house.config.value, sessions: { ...house.config.value.sessions, absoluteHours: 1 } };
    expect(await house.callerOf(session.token)).toBeNull();
    expect((await house.asModule.listSessionsOf({ userId: session.userId })).items).toEqual([]);
  });

  it("is cleaned up a day later, with the counters nobody needs any more", async () => {
    const { house, rows } = await signedIn();
    await house.signIn("nobody@example.com", "not the password").catch(() => null);
    const alive = await house.signIn();
    await rows.updateMany({ id: alive.sessionId }, { lastUsedAt: new Date(house.now + 5 * DAY).toISOString() });
    house.pass(7 * DAY + HOUR);
    await cleanUp(house);
    expect(await rows.count({})).toBe(2);
    house.pass(DAY);
    await cleanUp(house);
    expect((await rows.query({})).items.map(({ id }) => id)).toEqual([alive.sessionId]);
    expect(house.logs.filter(({ message }) => message.includes("removed"))).toHaveLength(2);
  });
});

describe("a clock that is an hour off", () => {
  it("ends nobody's session when it is ahead, and says that it jumped", async () => {
    const { house, session } = await signedIn();
    house.clockError = HOUR;
    expect(await house.callerOf(session.token)).not.toBeNull();
    const ahead = await house.signIn();
    house.clockError = 0;
    for (const { token } of [session, ahead]) expect(await house.callerOf(token)).not.toBeNull();
    expect(house.logs.filter(({ level }) => level === "warn").map(({ message }) => message.split(":")[0])).toEqual([
      "The system clock jumped", "The system clock jumped", "A session began in the future",
    ]);
    expect(await house.parts.clock.health()).toMatchObject({ status: "degraded" });
  });

  it("hides short sessions only until it is right again, even past a clean-up", async () => {
    const { house, session } = await signedIn({ config: { sessions: { idleMinutes: 30 } } });
    house.clockError = HOUR;
    expect(await house.callerOf(session.token)).toBeNull();
    await cleanUp(house);
    house.clockError = 0;
    expect(await house.callerOf(session.token)).not.toBeNull();
  });

  it("makes no session immortal: one from far ahead is refused, one from an hour ahead ends an hour later", async () => {
    const { house } = await signedIn();
    house.clockError = HOUR;
    const hourAhead = await house.signIn();
    house.clockError = 20 * 365 * DAY;
    const yearsAhead = await house.signIn();
    house.clockError = 0;
    expect(await house.callerOf(yearsAhead.token)).toBeNull();
    expect(house.logs.some(({ message, fields }) => message.startsWith("A session began in the future") && "refused" in fields && fields.refused === true)).toBe(true);
    for (let hour = 0; hour < 721; hour++) {
      expect(await house.callerOf(hourAhead.token)).not.toBeNull();
      await house.parts.lastUse.flush();
      house.pass(HOUR);
    }
    expect(await house.callerOf(hourAhead.token)).toBeNull();
  });

  it("works the same for a second process whose clock is behind", async () => {
    const { house } = await signedIn();
    const behind = new House({ database: house.database, users: house.users });
    behind.clockError = -HOUR;
    const session = await house.signIn();
    expect(await behind.callerOf(session.token)).not.toBeNull();
    await behind.parts.lastUse.flush();
    expect(await house.callerOf(session.token)).not.toBeNull();
    const fromBehind = await behind.signIn();
    expect(await house.callerOf(fromBehind.token)).not.toBeNull();
    expect(behind.logs.filter(({ level }) => level === "warn")).toHaveLength(2);
  });

  it("is said once for each jump, not for each request, and is forgotten after an hour", async () => {
    const { house, session } = await signedIn();
    house.clockError = HOUR;
    for (let request = 0; request < 100; request++) await house.callerOf(session.token);
    expect(house.logs.filter(({ level }) => level === "warn")).toHaveLength(1);
    house.pass(61 * MINUTE);
    expect(await house.parts.clock.health()).toEqual({ status: "up" });
  });
});
