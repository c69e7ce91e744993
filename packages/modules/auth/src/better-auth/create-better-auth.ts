import type { IDatabase, IRepository } from "@coder/db";
import { newId } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import type { BetterAuthOptions } from "better-auth";
import { betterAuth } from "better-auth/minimal";
import { accountEntity, sessionEntity, verificationEntity } from "../entities.ts";
import type { PasswordHasher } from "../passwords/PasswordHasher.ts";
import { createdEffects, revokedEffects } from "../sessions/SessionStore.ts";
import { hashToken } from "../sessions/token.ts";
import { createAuthAdapter } from "./adapter.ts";
import { HashedFieldStore } from "./HashedFieldStore.ts";
import type { IModelStore, ModelRow } from "./model-store.ts";
import { RepositoryModelStore, type ModelEffects } from "./RepositoryModelStore.ts";
import type { UserModelStore } from "./UserModelStore.ts";

/** What a session gets when it begins, whichever way of signing in began it. */
export interface SessionOpening {
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
  readonly organizationId: string | null;
}

export interface BetterAuthDeps {
  readonly database: IDatabase;
  readonly users: UserModelStore;
  readonly hasher: PasswordHasher;
  readonly secret: string;
  readonly baseUrl: string;
  readonly log: ILogger;
  /** `organizationId` undefined: nobody has chosen one yet. */
  readonly openSession: (userId: string, organizationId: string | null | undefined) => Promise<SessionOpening>;
}

/**
 * better-auth on our tables. It holds the models and what its plugins (providers, second factors) build on; its own routes are
 * not served, because every operation is one of our procedures.
 */
export function createBetterAuth(deps: BetterAuthDeps) {
  return betterAuth(betterAuthOptions(deps));
}

export function betterAuthOptions(deps: BetterAuthDeps) {
  const models = modelStores(deps);
  return {
    appName: "Coder IDE",
    baseURL: deps.baseUrl,
    secret: deps.secret,
    database: createAuthAdapter((model) => {
      const store = models.get(model);
      if (!store) throw new Error(`better-auth wants the model ${model}, for which this module has no table`);
      return store;
    }),
    telemetry: { enabled: false },
    logger: { log: (level, message) => deps.log.debug({ level }, `better-auth: ${message}`) },
    advanced: { database: { generateId: () => newId(), validateSchema: false }, ipAddress: { ipAddressHeaders: [] } },
    rateLimit: { enabled: false },
    emailAndPassword: {
      enabled: true,
      password: { hash: (password) => deps.hasher.hash(password), verify: ({ hash, password }) => deps.hasher.verify(hash, password) },
    },
    session: {
      fields: { token: "tokenHash" },
      additionalFields: {
        organizationId: { type: "string", required: false, input: false },
        lastUsedAt: { type: "date", required: false, input: false },
      },
    },
    account: { additionalFields: { admittedAt: { type: "date", required: false, input: false } }, encryptOAuthTokens: true },
    verification: { storeIdentifier: "hashed" },
    databaseHooks: {
      session: {
        create: {
          before: async (session: { userId: string; organizationId?: string | null }) => ({ data: { ...(await deps.openSession(session.userId, session.organizationId)) } }),
        },
      },
    },
  } satisfies BetterAuthOptions;
}

function modelStores({ database, users }: BetterAuthDeps): ReadonlyMap<string, IModelStore> {
  const signIn = () => database.system("sign-in");
  const sessions = storeOf(() => signIn().repository(sessionEntity), sessionEntity.schema.keyof().options, sessionEffects);
  return new Map<string, IModelStore>([
    ["user", users],
    ["session", new HashedFieldStore({ store: sessions, field: "tokenHash", hash: hashToken })],
    ["account", storeOf(() => signIn().repository(accountEntity), accountEntity.schema.keyof().options)],
    ["verification", storeOf(() => signIn().repository(verificationEntity), verificationEntity.schema.keyof().options)],
  ]);
}

function storeOf(repository: () => IRepository<ModelRow>, fields: readonly string[], effects?: ModelEffects): RepositoryModelStore {
  return new RepositoryModelStore({ repository, fields, sortable: ["id", "createdAt", "updatedAt", "expiresAt", "lastUsedAt"].filter((field) => fields.includes(field)), ...(effects ? { effects } : {}) });
}

const SessionKeySchema = sessionEntity.schema.pick({ id: true, userId: true, organizationId: true });

const sessionEffects: ModelEffects = {
  created: (row) => createdEffects(SessionKeySchema.parse(row)),
  removed: (row) => revokedEffects(SessionKeySchema.parse(row), "revoked"),
};
