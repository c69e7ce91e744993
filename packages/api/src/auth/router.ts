import { DoneSchema, NoInputSchema } from "@coder/shared";
import { auditFacts, clientRef, procedure, type RequestContext, router } from "@coder/shared/trpc";
import { describeReset, describeSignIn, describeSignOut, describeSwitch } from "./audit.ts";
import {
  ChangePasswordInputSchema, CurrentSessionSchema, LastSeenOfInputSchema, LastSeenSchema, ListSessionsInputSchema, ListSessionsOfInputSchema, ResetPasswordInputSchema,
  ResetPasswordResultSchema, ResolvedSessionSchema, ResolveSessionInputSchema, RevokedSessionsSchema, RevokeSessionInputSchema, RevokeSessionsOfInputSchema,
  SessionPageSchema, SignInInputSchema, SignUpInputSchema, StartedSessionSchema, SwitchedOrganizationSchema, SwitchOrganizationInputSchema,
  type Delivery, type IssuedSession, type StartedSession,
} from "./schemas.ts";
import { authRef } from "./service.ts";

export { authRef } from "./service.ts";

const tags = ["auth"];

/** The token leaves through one door: the cookie, unless the client asked for it. */
function deliver(ctx: RequestContext, delivery: Delivery, session: IssuedSession): StartedSession {
  if (delivery === "token") return session;
  ctx.sessionCookie?.set(session.token, new Date(session.expiresAt));
  return { ...session, token: null };
}

export const authRouter = router({
  signUp: procedure
    .meta({
      public: true,
      openapi: { method: "POST", path: "/auth/sign-up", tags, summary: "Make an account and sign it in" },
      rateLimit: { limit: 20, windowSeconds: 60, by: "address" },
      audit: { describe: describeSignIn },
    })
    .input(SignUpInputSchema)
    .output(StartedSessionSchema)
    .mutation(async ({ ctx, input }) => deliver(ctx, input.delivery, await ctx.service(authRef).signUp(ctx.caller, input, ctx.connection))),

  signIn: procedure
    .meta({
      public: true,
      openapi: { method: "POST", path: "/auth/sign-in", tags, summary: "Sign in with e-mail address and password" },
      rateLimit: { limit: 60, windowSeconds: 60, by: "address" },
      audit: { describe: describeSignIn },
    })
    .input(SignInInputSchema)
    .output(StartedSessionSchema)
    .mutation(async ({ ctx, input }) => deliver(ctx, input.delivery, await ctx.service(authRef).signIn(ctx.caller, input, ctx.connection))),

  signOut: procedure
    .meta({
      permission: "auth.session.revoke",
      openapi: { method: "POST", path: "/auth/sign-out", tags, summary: "End this session" },
      audit: { describe: describeSignOut },
    })
    .input(NoInputSchema)
    .output(DoneSchema)
    .mutation(async ({ ctx }) => {
      const done = await ctx.service(authRef).signOut(ctx.caller);
      ctx.sessionCookie?.clear();
      return done;
    }),

  currentSession: procedure
    .meta({ permission: "auth.session.read", openapi: { method: "GET", path: "/auth/session", tags, summary: "Who is signed in, where, and what they may do" } })
    .input(NoInputSchema)
    .output(CurrentSessionSchema)
    .query(({ ctx }) => ctx.service(authRef).currentSession(ctx.caller)),

  listSessions: procedure
    .meta({ permission: "auth.session.read", openapi: { method: "GET", path: "/auth/sessions", tags, summary: "List one's own sessions, last used first" } })
    .input(ListSessionsInputSchema)
    .output(SessionPageSchema)
    .query(({ ctx, input }) => ctx.service(authRef).listSessions(ctx.caller, input)),

  revokeSession: procedure
    .meta({
      permission: "auth.session.revoke",
      openapi: { method: "DELETE", path: "/auth/sessions/{id}", tags, summary: "End one of one's own sessions" },
      audit: { describe: auditFacts("session", "id", RevokedSessionsSchema, ["revoked"]) },
    })
    .input(RevokeSessionInputSchema)
    .output(RevokedSessionsSchema)
    .mutation(({ ctx, input }) => ctx.service(authRef).revokeSession(ctx.caller, input)),

  revokeOtherSessions: procedure
    .meta({
      permission: "auth.session.revoke",
      openapi: { method: "POST", path: "/auth/sessions/revoke-others", tags, summary: "End all of one's own sessions but this one" },
      audit: { describe: auditFacts("user", "userId", RevokedSessionsSchema, ["revoked"]) },
    })
    .input(NoInputSchema)
    .output(RevokedSessionsSchema)
    .mutation(({ ctx }) => ctx.service(authRef).revokeOtherSessions(ctx.caller)),

  changePassword: procedure
    .meta({
      permission: "auth.password.change",
      openapi: { method: "POST", path: "/auth/password", tags, summary: "Change one's own password and end the other sessions" },
      rateLimit: { limit: 20, windowSeconds: 60, by: "caller" },
      audit: { describe: auditFacts("user", "userId", RevokedSessionsSchema, ["revoked"]) },
    })
    .input(ChangePasswordInputSchema)
    .output(RevokedSessionsSchema)
    .mutation(({ ctx, input }) => ctx.service(authRef).changePassword(ctx.caller, input)),

  switchOrganization: procedure
    .meta({
      permission: "auth.session.switch",
      openapi: { method: "POST", path: "/auth/session/organization", tags, summary: "Choose the organization this session acts in" },
      audit: { describe: describeSwitch },
    })
    .input(SwitchOrganizationInputSchema)
    .output(SwitchedOrganizationSchema)
    .mutation(({ ctx, input }) => ctx.service(authRef).switchOrganization(ctx.caller, input)),

  resolveSession: procedure
    .meta({ audience: "internal" })
    .input(ResolveSessionInputSchema)
    .output(ResolvedSessionSchema)
    .query(({ ctx, input }) => ctx.service(authRef).resolveSession(ctx.caller, input)),

  listSessionsOf: procedure
    .meta({ audience: "internal" })
    .input(ListSessionsOfInputSchema)
    .output(SessionPageSchema)
    .query(({ ctx, input }) => ctx.service(authRef).listSessionsOf(ctx.caller, input)),

  lastSeenOf: procedure
    .meta({ audience: "internal" })
    .input(LastSeenOfInputSchema)
    .output(LastSeenSchema)
    .query(({ ctx, input }) => ctx.service(authRef).lastSeenOf(ctx.caller, input)),

  revokeSessionsOf: procedure
    .meta({ audience: "internal" })
    .input(RevokeSessionsOfInputSchema)
    .output(RevokedSessionsSchema)
    .mutation(({ ctx, input }) => ctx.service(authRef).revokeSessionsOf(ctx.caller, input)),

  resetPassword: procedure
    .meta({ audience: "internal", audit: { always: true, describe: describeReset } })
    .input(ResetPasswordInputSchema)
    .output(ResetPasswordResultSchema)
    .mutation(({ ctx, input }) => ctx.service(authRef).resetPassword(ctx.caller, input)),
});

/** How other modules call these procedures, in this process or another. */
export const authClient = clientRef<typeof authRouter>("auth");
