import type { IDatabase } from "@coder/db";
import { UserIdSchema } from "@coder/shared";
import type { ILiveConfig } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import { AuthService } from "./AuthService.ts";
import { createBetterAuth, type SessionOpening } from "./better-auth/create-better-auth.ts";
import { UserModelStore } from "./better-auth/UserModelStore.ts";
import { ClockGuard } from "./ClockGuard.ts";
import type { AuthConfig } from "./config.ts";
import type { Directory } from "./directory.ts";
import { CommonPasswords } from "./passwords/CommonPasswords.ts";
import { PasswordHasher } from "./passwords/PasswordHasher.ts";
import { PasswordPolicy } from "./passwords/PasswordPolicy.ts";
import { Passwords } from "./passwords/Passwords.ts";
import { LastUseRecorder } from "./sessions/LastUseRecorder.ts";
import { organizationFor } from "./sessions/memberships.ts";
import { expiryOf } from "./sessions/session-life.ts";
import { SessionStore } from "./sessions/SessionStore.ts";
import { Credentials } from "./sign-in/Credentials.ts";
import { Identity } from "./sign-in/Identity.ts";
import { Registration } from "./sign-in/Registration.ts";
import { SignIn } from "./sign-in/SignIn.ts";
import { SignUp } from "./sign-in/SignUp.ts";
import { Throttle } from "./sign-in/Throttle.ts";

export interface AuthParts {
  readonly database: IDatabase;
  readonly config: ILiveConfig<AuthConfig>;
  readonly users: Directory;
  readonly secret: string;
  readonly baseUrl: string;
  readonly log: ILogger;
  readonly now: () => number;
  readonly monotonic: () => number;
}

/** Puts the module's parts together. Separate from the manifest, so that a test can set the clock. */
export function assembleAuth({ database, config, users, secret, baseUrl, log, now: systemNow, monotonic }: AuthParts) {
  const clock = new ClockGuard({ now: systemNow, monotonic, log });
  const now = () => clock.now();
  const hasher = new PasswordHasher({ config, now });
  const lastUse = new LastUseRecorder({ database, now, log });
  const sessions = new SessionStore({ database, config, clock, lastUse });

  const openSession = async (userId: string, organizationId: string | null | undefined): Promise<SessionOpening> => {
    const time = now();
    const begin = new Date(time);
    return {
      createdAt: begin,
      updatedAt: begin,
      lastUsedAt: begin,
      expiresAt: new Date(expiryOf(time, config.value.sessions)),
      organizationId: organizationId === undefined ? await organizationFor(users, sessions, UserIdSchema.parse(userId)) : organizationId,
    };
  };
  const betterAuth = createBetterAuth({ database, users: new UserModelStore(() => users), hasher, secret, baseUrl, log, openSession });

  const identity = new Identity({ betterAuth });
  const credentials = new Credentials({ database, users, identity, clock });
  const throttle = new Throttle({ database, config, secret, now });
  const policy = new PasswordPolicy({ config, common: new CommonPasswords() });
  const registration = new Registration({ users, credentials });
  const signIn = new SignIn({ throttle, credentials, hasher, identity, sessions, registration, log });
  const signUp = new SignUp({ throttle, users, policy, hasher, identity, credentials, registration, signIn, now, log });
  const passwords = new Passwords({ users, credentials, sessions, signIn, throttle, policy, hasher });
  const service = new AuthService({ users, sessions, signIn, signUp, passwords });
  return { service, sessions, clock, hasher, lastUse, betterAuth, throttle, credentials };
}
