import { initTRPC, TRPCError } from "@trpc/server";
import { AppError, isAppError } from "../app-error.ts";
import type { AuditResult, RequestContext } from "./context.ts";
import { httpStatusOf, toAppError, TRPC_CODE } from "./errors.ts";
import type { AuditFacts, ProcedureMeta } from "./meta.ts";
import { networkOf } from "./network-of.ts";

const t = initTRPC
  .context<RequestContext>()
  .meta<ProcedureMeta>()
  .create({
    // A reader that hears nothing for so long comes back: proxies and sleeping machines drop connections without a word.
    sse: { ping: { enabled: true, intervalMs: 3_000 }, client: { reconnectAfterInactivityMs: 10_000 } },
    errorFormatter: ({ shape, error, ctx }) => {
      const app = toAppError(error);
      return {
        ...shape,
        message: app.message,
        data: { code: shape.data.code, httpStatus: httpStatusOf(app), path: shape.data.path ?? null, traceId: ctx?.traceId ?? null, error: app.toJSON() },
      };
    },
  });

/** Turns domain errors into tRPC's, logs by class, and never lets an unexpected text out. */
const errors = t.middleware(async ({ ctx, path, signal, next }) => {
  const result = await next();
  if (result.ok) return result;
  const app = signal?.aborted && isAbort(result.error.cause, signal) ? requestLeft() : toAppError(result.error);
  const fields = { path, code: app.code, caller: ctx.caller };
  if (app.httpStatus >= 500) ctx.log.error({ ...fields, err: result.error.cause ?? result.error }, "Procedure failed");
  else ctx.log.info(fields, "Procedure refused");
  throw new TRPCError({ code: TRPC_CODE[app.kind], message: app.message, cause: app });
});

/** Work that ended because its caller left is no fault of the product. */
function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof Error && error.name === "AbortError");
}

function requestLeft(): AppError {
  return new AppError("cancelled", "cancelled", "Whoever asked has left.", { remedy: "Ask again." });
}

const rateLimit = t.middleware(async ({ ctx, meta, path, next }) => {
  if (ctx.via !== "edge") return next();
  const rule = meta?.rateLimit ?? ctx.defaultRateLimit;
  const who = rule.by === "caller" && ctx.caller.kind === "user" ? ctx.caller.userId : networkOf(ctx.connection.address);
  const taken = await ctx.rateLimiter.take(`${meta?.rateLimit ? path : "default"}:${who}`, rule);
  if (taken.retryAfterSeconds > 0) {
    throw new AppError("rate_limited", "rate_limited", "Too many requests in a short time.", {
      remedy: `Wait ${taken.retryAfterSeconds} seconds and try again.`,
      details: { retryAfterSeconds: taken.retryAfterSeconds, limit: rule.limit, windowSeconds: rule.windowSeconds },
    });
  }
  return next();
});

/** Records every mutation that arrives at the edge, and the queries that ask for it. Stands before the permission check, so refusals are recorded too. */
const audit = t.middleware(async ({ ctx, meta, path, type, getRawInput, next }) => {
  const wanted = ctx.via !== "forwarded" && (meta?.audit?.always || (type === "mutation" && ctx.via === "edge" && !meta?.audit?.never));
  // A stranger refused at the door did nothing; recording each knock would let anybody fill the log.
  const stranger = ctx.caller.kind === "anonymous" && !(meta && "public" in meta);
  if (!wanted || stranger) return next();
  const record = await ctx.audit
    .begin({ caller: ctx.caller, action: path, connection: ctx.connection, traceId: ctx.traceId })
    .catch((cause: unknown) => {
      // Nothing was done yet, and this says better what to do about it.
      if (isAppError(cause) && cause.code === "storage_full") throw cause;
      throw new AppError("unavailable", "audit_unavailable", "The action was not carried out, because it could not be recorded.", {
        remedy: "Try again in a moment; the health page says what is wrong with the audit log.",
        cause,
      });
    });
  const result = await next();
  const facts: AuditFacts =
    meta?.audit?.describe?.({ caller: ctx.caller, input: await getRawInput().catch(() => null), output: result.ok ? result.data : null }) ?? {};
  // The work is done or refused by now, and whoever asked has to hear which. The intent is stored: it becomes an entry with the outcome unknown.
  await record.complete({ ...facts, ...outcomeOf(result) }).catch((err: unknown) => ctx.log.error({ path, err }, "The outcome of an action could not be recorded"));
  return result;
});

function outcomeOf(result: { ok: true } | { ok: false; error: TRPCError }): Pick<AuditResult, "outcome" | "errorCode"> {
  if (result.ok) return { outcome: "success" };
  const { kind, code } = toAppError(result.error);
  return { outcome: kind === "forbidden" || kind === "unauthenticated" ? "denied" : "failure", errorCode: code };
}

const permission = t.middleware(async ({ ctx, meta, path, next }) => {
  if (!meta) throw new Error(`Procedure ${path} does not say who may call it`);
  if ("audience" in meta) {
    if (ctx.via === "edge") throw new AppError("not_found", "no_such_operation", `There is no operation ${path}.`, { remedy: "See /api/v1/openapi.json for what there is." });
    return next();
  }
  if ("public" in meta) return next();
  if (ctx.caller.kind === "anonymous") {
    throw new AppError("unauthenticated", "not_signed_in", "This needs a signed-in person.", { remedy: "Sign in and try again." });
  }
  if (ctx.caller.kind === "user" && !(await ctx.permissions.allows(ctx.caller, meta.permission))) {
    throw new AppError("forbidden", "permission_missing", "You may not do this.", {
      remedy: "Ask an owner of your organization for a role that includes it.",
      details: { permission: meta.permission },
    });
  }
  return next();
});

/** A procedure is `.meta` (who may call it, REST route), `.input`, `.output` and one service call. */
export const procedure = t.procedure.use(errors).use(rateLimit).use(audit).use(permission);
export const router = t.router;
/** The root types every router of the product is built on; `AppRouter` names them. */
export type RootTypes = (typeof t)["_config"]["$types"];
export const createCallerFactory = t.createCallerFactory;
