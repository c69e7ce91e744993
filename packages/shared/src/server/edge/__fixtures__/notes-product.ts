// A small product to test the edge with: one module, ports in memory, everything that happened to look at.
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { z } from "zod";
import { AppError } from "../../../app-error.ts";
import type { UserCaller } from "../../../caller.ts";
import { OrganizationIdSchema, SessionIdSchema, UserIdSchema } from "../../../ids.ts";
import { pageInput, pageOf } from "../../../page.ts";
import type { AuditAttempt, AuditResult, ILogger, RequestContext } from "../../../trpc/context.ts";
import { procedure, router } from "../../../trpc/procedure.ts";
import { streamOf } from "../../../trpc/stream-output.ts";
import { createServiceTokens } from "../../service-token.ts";
import { createEdge, type Edge, type EdgeOptions } from "../create-edge.ts";
import { SessionCookies } from "../session-cookie.ts";
import { createRateLimiter } from "../rate-limiter.ts";
import type { RequestFacts } from "../request-facts.ts";

const SESSION_SECRET = "session-secret-session-secret-sess";
export const SERVICE_SECRET = "service-secret-service-secret-service";
export const ADA_TOKEN = "ada-session-token";
export const BOB_TOKEN = "bob-session-token";
export const UNKNOWN_NOTE = "0190f5fe-7c00-7a00-8a00-00000000ffff";

export const ada = user(1);
/** Signed in, but may do nothing. */
export const bob = user(2);

function user(number: number): UserCaller {
  const id = (kind: number) => `0190f5fe-7c00-7a00-8a00-0000000${kind}000${number}`;
  return { kind: "user", userId: UserIdSchema.parse(id(1)), organizationId: OrganizationIdSchema.parse(id(2)), sessionId: SessionIdSchema.parse(id(3)) };
}

const NoteSchema = z.object({ id: z.uuid(), title: z.string(), priority: z.number().int() });
const noteId = { id: z.uuid() } as const;

/** What the slow procedure waits for, and what became of it. */
export interface Gate {
  readonly entered: PromiseWithResolvers<void>;
  readonly release: PromiseWithResolvers<void>;
  readonly aborted: PromiseWithResolvers<void>;
}

export function newGate(): Gate {
  return { entered: Promise.withResolvers(), release: Promise.withResolvers(), aborted: Promise.withResolvers() };
}

export function notesRouter(gate: Gate) {
  return router({
    create: procedure
      .meta({ permission: "notes.note.write", openapi: { method: "POST", path: "/notes", tags: ["notes"], summary: "Write a note" } })
      .input(z.object({ title: z.string().min(1).max(100), priority: z.number().int().min(1).max(5).default(3), tags: z.array(z.string().max(20)).max(5).optional() }))
      .output(NoteSchema)
      .mutation(({ input }) => ({ id: UNKNOWN_NOTE, ...input, internalField: "must not leave" })),
    get: procedure
      .meta({ permission: "notes.note.read", openapi: { method: "GET", path: "/notes/{id}", tags: ["notes"] } })
      .input(z.object({ ...noteId, loud: z.boolean().default(false), factor: z.number().optional() }))
      .output(NoteSchema.extend({ loud: z.boolean(), factor: z.number().nullable() }))
      .query(({ input }) => {
        if (input.id === UNKNOWN_NOTE) throw new AppError("not_found", "note_not_found", "There is no such note.", { remedy: "Look at the list.", details: { id: input.id } });
        return { id: input.id, title: "A note", priority: 1, loud: input.loud, factor: input.factor ?? null };
      }),
    list: procedure
      .meta({ permission: "notes.note.read", openapi: { method: "GET", path: "/notes", tags: ["notes"] } })
      .input(z.object({ ...pageInput, tags: z.array(z.string()).optional(), order: z.enum(["new", "old"]).default("new") }))
      .output(pageOf(NoteSchema).extend({ asked: z.object({ limit: z.number(), tags: z.array(z.string()).nullable(), order: z.string() }) }))
      .query(({ input }) => ({ items: [], nextCursor: null, asked: { limit: input.limit, tags: input.tags ?? null, order: input.order } })),
    rename: procedure
      .meta({ permission: "notes.note.write", openapi: { method: "PATCH", path: "/notes/{id}", tags: ["notes"] } })
      .input(z.strictObject({ ...noteId, title: z.string().min(1).max(100), version: z.number().int() }))
      .output(NoteSchema)
      .mutation(({ input }) => {
        if (input.version !== 1) throw new AppError("stale", "note_changed", "Somebody else changed it.", { remedy: "Read it again." });
        return { id: input.id, title: input.title, priority: 1 };
      }),
    remove: procedure
      .meta({ permission: "notes.note.write", openapi: { method: "DELETE", path: "/notes/{id}", tags: ["notes"] } })
      .input(z.object(noteId))
      .output(z.void())
      .mutation(() => undefined),
    echo: procedure
      .meta({ public: true, openapi: { method: "POST", path: "/notes/echo", tags: ["notes"] } })
      .input(z.object({ value: z.json() }))
      .output(z.object({ value: z.json() }))
      .mutation(({ input }) => input),
    signIn: procedure
      .meta({ public: true, openapi: { method: "POST", path: "/notes/sign-in", tags: ["notes"] } })
      .output(z.object({ address: z.string() }))
      .mutation(({ ctx }) => {
        ctx.sessionCookie?.set(ADA_TOKEN, new Date("2030-01-01T00:00:00Z"));
        return { address: ctx.connection.address };
      }),
    signOut: procedure
      .meta({ permission: "notes.note.read", openapi: { method: "POST", path: "/notes/sign-out", tags: ["notes"] } })
      .output(z.object({}))
      .mutation(({ ctx }) => {
        ctx.sessionCookie?.clear();
        return {};
      }),
    slow: procedure
      .meta({ permission: "notes.note.read", openapi: { method: "POST", path: "/notes/slow", tags: ["notes"] } })
      .output(z.object({ done: z.boolean() }))
      .mutation(async ({ signal }) => {
        signal?.addEventListener("abort", () => gate.aborted.resolve());
        gate.entered.resolve();
        await Promise.race([gate.release.promise, gate.aborted.promise]);
        signal?.throwIfAborted();
        return { done: true };
      }),
    ticks: procedure
      .meta({ permission: "notes.note.read" })
      .output(streamOf(z.object({ tick: z.number() })))
      .subscription(async function* ({ signal }) {
        signal?.addEventListener("abort", () => gate.aborted.resolve());
        for (let tick = 1; tick <= 3; tick += 1) yield { tick };
        gate.entered.resolve();
        await Promise.race([gate.release.promise, gate.aborted.promise]);
      }),
    fail: procedure
      .meta({ public: true, openapi: { method: "GET", path: "/notes/fail", tags: ["notes"] } })
      .output(z.object({}))
      .query(() => {
        throw new Error("connection string postgres://admin:hunter2@db");
      }),
    limited: procedure
      .meta({ public: true, openapi: { method: "GET", path: "/notes/limited", tags: ["notes"] }, rateLimit: { limit: 2, windowSeconds: 60, by: "address" } })
      .output(z.object({ address: z.string() }))
      .query(({ ctx }) => ({ address: ctx.connection.address })),
    secret: procedure
      .meta({ permission: "notes.note.read", audit: { always: true } })
      .output(z.object({}))
      .query(() => ({})),
    settle: procedure
      .meta({ audience: "internal" })
      .input(z.object({ amount: z.number().int() }))
      .output(z.object({ amount: z.number().int(), by: z.string() }))
      .mutation(({ ctx, input }) => ({ amount: input.amount, by: ctx.caller.kind })),
  });
}

export interface LogLine {
  readonly level: string;
  readonly fields: object;
  readonly message: string;
}

export function memoryLog(lines: LogLine[]): ILogger {
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, fields, message });
  const log: ILogger = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), child: () => log };
  return log;
}

export interface TestProduct {
  readonly edge: Edge;
  /** Where it really listens; what it calls itself may be another address. */
  readonly url: string;
  readonly port: number;
  readonly gate: Gate;
  readonly logs: LogLine[];
  readonly audited: (AuditAttempt & Partial<AuditResult>)[];
  /** Tokens that were looked up. */
  readonly resolved: string[];
  readonly createContext: (facts: RequestFacts) => RequestContext;
}

type ServerConfig = EdgeOptions["config"]["server"];

export interface TestProductOptions extends Partial<Pick<EdgeOptions, "timeouts" | "readiness" | "router" | "transfers" | "stallMs" | "liveLimits" | "apiBases" | "createContext" | "sessions">> {
  readonly server?: Partial<ServerConfig>;
}

/** Starts the product on a free port. The caller drains it. */
export async function startTestProduct({ server, ...overrides }: TestProductOptions = {}): Promise<TestProduct> {
  const gate = newGate();
  const logs: LogLine[] = [];
  const resolved: string[] = [];
  const audited: TestProduct["audited"] = [];
  const log = memoryLog(logs);
  const createContext = memoryContext(log, audited);
  const serverConfig: ServerConfig = {
    host: "127.0.0.1", port: 0, publicUrl: null, trustedProxies: [], bodyLimitBytes: 64 * 1024, drainSeconds: 5, gatewayUrl: null, webUrl: null, ...server,
  };
  const edge = createEdge({
    router: router({ notes: notesRouter(gate) }),
    apiBases: ["/api/v1/notes"],
    config: { server: serverConfig, secrets: { session: SESSION_SECRET, serviceToken: SERVICE_SECRET } },
    log,
    sessions: {
      resolve: async (token) => {
        resolved.push(token);
        return token === ADA_TOKEN ? ada : token === BOB_TOKEN ? bob : null;
      },
    },
    serviceTokens: createServiceTokens({ secret: SERVICE_SECRET, log }),
    createContext,
    readiness: async () => ({ ready: true, checks: { store: "up" } }),
    openApiInfo: { title: "Notes", version: "1.0.0" },
    ...overrides,
  });
  const { port } = await edge.listen();
  return { edge, url: `http://127.0.0.1:${port}`, port, gate, logs, audited, resolved, createContext };
}

/** What a browser sends that was given this token in a cookie. */
export function cookieFor(token: string): string {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  new SessionCookies({ secret: SESSION_SECRET, secure: false }).writer(response).set(token, new Date("2030-01-01T00:00:00Z"));
  return String(response.getHeader("set-cookie")).split(";", 1)[0] ?? "";
}

/** Contexts as the host makes them, over ports in memory: Ada may everything, Bob nothing. */
export function memoryContext(log: ILogger, audited: TestProduct["audited"]): (facts: RequestFacts) => RequestContext {
  const rateLimiter = createRateLimiter({ redisUrl: null, log });
  return (facts) => ({
    ...facts,
    log,
    service: () => {
      throw new Error("The test module has no service");
    },
    permissions: { allows: async (caller) => caller.userId === ada.userId },
    audit: {
      begin: async (attempt) => ({
        complete: async (result) => void audited.push({ ...attempt, ...result }),
      }),
    },
    rateLimiter,
    defaultRateLimit: { limit: 100_000, windowSeconds: 60, by: "caller" },
  });
}
