export { accountLockedEvent, passwordChangedEvent, REVOCATION_REASONS, sessionCreatedEvent, sessionRevokedEvent, userRegisteredEvent } from "./events.ts";
export type { RevocationReason } from "./events.ts";
export { authPermissions } from "./permissions.ts";
export { CurrentSessionSchema, MAX_PASSWORD_LENGTH, SessionSummarySchema, SignInEmailSchema, SignInInputSchema, SignUpInputSchema } from "./schemas.ts";
export type {
  ChangePasswordInput, CurrentSession, IssuedSession, LastSeen, LastSeenOfInput, ListSessionsInput, ListSessionsOfInput, ResetPasswordInput, ResetPasswordResult, ResolvedSession,
  ResolveSessionInput, RevokedSessions, RevokeSessionInput, RevokeSessionsOfInput, SessionPage, SessionSummary, SignInInput, SignUpInput, StartedSession,
  SwitchedOrganization, SwitchOrganizationInput,
} from "./schemas.ts";
export type { IAuthService } from "./service.ts";
