import { authRouter, authRef } from "@coder/api/auth/router";
import { createMemoryDatabase, type MemoryDatabase } from "@coder/db";
import { ANONYMOUS, type Caller } from "@coder/shared";
import { createCallerFactory, type AuditAttempt, type AuditResult, type RequestContext } from "@coder/shared/trpc";
import { outcome, testContext } from "@coder/testing";
import { assembleAuth } from "../assemble.ts";
import type { AuthConfig } from "../config.ts";
import { FakeDirectory } from "./FakeDirectory.ts";

export const PASSWORD = "quiet otters juggle lanterns";
export const OTHER_PASSWORD = "seven brass kettles hum at noon";

/** The shipped rules with cheap hashes. */
export const CONFIG: AuthConfig = {
  sessions: { absoluteHours: 720, idleMinutes: 10_080, clockToleranceMinutes: 90, keepEndedHours: 24 },
  passwords: { minLength: 12, memoryKiB: 1_024, iterations: 1, parallelism: 1, concurrency: 4, queueLimit: 1_000 },
  lockout: { accountAttempts: 5, accountDelaySeconds: 60, accountMaxDelaySeconds: 3_600, networkAttempts: 1_000, networkDelaySeconds: 60, networkMaxDelaySeconds: 900, forgetAfterMinutes: 1_440 },
};

type Overrides = { readonly [Section in keyof AuthConfig]?: Partial<AuthConfig[Section]> };

export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly fields: object;
  readonly message: string;
}

const makeCaller = createCallerFactory(authRouter);

/** The whole module on a memory database, with a clock that is set by hand. Several houses can share a database, as processes do. */
export class House {
  readonly database: MemoryDatabase;
  readonly users: FakeDirectory;
  readonly logs: LogLine[] = [];
  readonly audited: (AuditAttempt & { result: AuditResult | null })[] = [];
  readonly cookies: (string | null)[] = [];
  readonly config: { value: AuthConfig; onChange(): () => void };
  readonly parts: ReturnType<typeof assembleAuth>;
  /** Milliseconds by which the system's clock, and not the machine's own count, is wrong. */
  clockError = 0;
  #now: number;
  #monotonic = 0;

  constructor(options: { database?: MemoryDatabase; users?: FakeDirectory; config?: Overrides; startsAt?: number } = {}) {
    this.#now = options.startsAt ?? Date.parse("2026-03-01T12:00:00.000Z");
    this.database = options.database ?? createMemoryDatabase();
    this.users = options.users ?? new FakeDirectory();
    const { sessions, passwords, lockout } = options.config ?? {};
    this.config = {
      value: { sessions: { ...CONFIG.sessions, ...sessions }, passwords: { ...CONFIG.passwords, ...passwords }, lockout: { ...CONFIG.lockout, ...lockout } },
      onChange: () => () => {},
    };
    this.parts = assembleAuth({
      database: this.database,
      config: this.config,
      users: this.users,
      secret: "a secret that only this test knows",
      baseUrl: "http://localhost:3000",
      log: this.log,
      now: () => this.#now + this.clockError,
      monotonic: () => this.#monotonic,
    });
  }

  get now(): number {
    return this.#now;
  }

  /** Lets time go by, for the clock and for everything else. */
  pass(milliseconds: number): void {
    this.#now += milliseconds;
    this.#monotonic += milliseconds;
  }

  /** Calls the module as the edge does. `address` is the client's. */
  as(caller: Caller, { address = "192.0.2.7", userAgent = "curl/8", via = "edge" as RequestContext["via"], allowed = true } = {}) {
    const context = testContext({
      ref: authRef,
      service: this.parts.service,
      caller,
      via,
      connection: { address, userAgent },
      log: this.log,
      sessionCookie: { set: (token) => void this.cookies.push(token), clear: () => void this.cookies.push(null) },
      permissions: { allows: async () => allowed },
      audit: {
        begin: async (attempt) => {
          const entry: (typeof this.audited)[number] = { ...attempt, result: null };
          this.audited.push(entry);
          return { complete: async (result) => void (entry.result = result) };
        },
      },
    });
    return makeCaller(context);
  }

  get anybody() {
    return this.as(ANONYMOUS);
  }

  get asModule() {
    return this.as({ kind: "system", component: "test", organizationId: null }, { via: "service" });
  }

  /** Signs up and answers who that is. The first one is the installation's. */
  async signUp(email = "ada@example.com", password = PASSWORD) {
    return this.anybody.signUp({ email, password, name: "Ada Lovelace", delivery: "token" });
  }

  async signIn(email = "ada@example.com", password = PASSWORD, address = "192.0.2.7") {
    return this.as(ANONYMOUS, { address }).signIn({ email, password, delivery: "token" });
  }

  /** Who a token makes somebody; null when it opens nothing. */
  async callerOf(token: string | null): Promise<Extract<Caller, { kind: "user" }> | null> {
    const session = await this.asModule.resolveSession({ token: token ?? "" });
    return session && { kind: "user", ...session };
  }

  /** The names of the events that were left behind, oldest first. */
  get events(): string[] {
    return this.database.outbox.items.map(({ message }) => message.name);
  }

  readonly log = {
    debug: (fields: object, message: string) => this.#log("debug", fields, message),
    info: (fields: object, message: string) => this.#log("info", fields, message),
    warn: (fields: object, message: string) => this.#log("warn", fields, message),
    error: (fields: object, message: string) => this.#log("error", fields, message),
    child: () => this.log,
  };

  #log(level: LogLine["level"], fields: object, message: string): void {
    this.logs.push({ level, fields, message });
  }
}

export async function outcomes(work: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const code of await Promise.all(work.map(outcome))) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
