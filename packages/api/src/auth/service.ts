import type { Caller, Done } from "@coder/shared";
import { serviceRef, type Connection } from "@coder/shared/trpc";
import type {
  ChangePasswordInput, CurrentSession, IssuedSession, LastSeen, LastSeenOfInput, ListSessionsInput, ListSessionsOfInput, ResetPasswordInput, ResetPasswordResult, ResolvedSession,
  ResolveSessionInput, RevokedSessions, RevokeSessionInput, RevokeSessionsOfInput, SessionPage, SignInInput, SignUpInput, SwitchedOrganization,
  SwitchOrganizationInput,
} from "./schemas.ts";

export interface IAuthService {
  /**
   * Makes an account and signs it in. `sign_up_closed`, `invitation_invalid`, `setup_code_wrong`, `email_taken`, `password_too_weak`.
   * A refused sign-up leaves nothing behind and can be repeated.
   */
  signUp(caller: Caller, input: SignUpInput, connection: Connection): Promise<IssuedSession>;
  /** `invalid_credentials` for a wrong password and an unknown address alike; `account_locked`, `too_many_attempts`, `hashing_busy`. */
  signIn(caller: Caller, input: SignInInput, connection: Connection): Promise<IssuedSession>;
  /** Ends the caller's session. */
  signOut(caller: Caller): Promise<Done>;
  currentSession(caller: Caller): Promise<CurrentSession>;
  /** The caller's own, last used first. */
  listSessions(caller: Caller, input: ListSessionsInput): Promise<SessionPage>;
  /** `session_not_found` for somebody else's. */
  revokeSession(caller: Caller, input: RevokeSessionInput): Promise<RevokedSessions>;
  revokeOtherSessions(caller: Caller): Promise<RevokedSessions>;
  /** Needs the present password and ends the other sessions. */
  changePassword(caller: Caller, input: ChangePasswordInput): Promise<RevokedSessions>;
  /** `organization_not_found` where the caller is no member. */
  switchOrganization(caller: Caller, input: SwitchOrganizationInput): Promise<SwitchedOrganization>;
  /** One statement on the store. */
  resolveSession(caller: Caller, input: ResolveSessionInput): Promise<ResolvedSession>;
  listSessionsOf(caller: Caller, input: ListSessionsOfInput): Promise<SessionPage>;
  /** When each of these people last used a session in the organization, for its list of members. */
  lastSeenOf(caller: Caller, input: LastSeenOfInput): Promise<LastSeen>;
  revokeSessionsOf(caller: Caller, input: RevokeSessionsOfInput): Promise<RevokedSessions>;
  /** Sets a new random password and ends all sessions. `user_not_found`. */
  resetPassword(caller: Caller, input: ResetPasswordInput): Promise<ResetPasswordResult>;
}

export const authRef = serviceRef<IAuthService>("auth");
