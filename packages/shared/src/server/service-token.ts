import { createSecretKey } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { AppError } from "../app-error.ts";
import { CallerSchema, type Caller } from "../caller.ts";
import type { Connection, ILogger } from "../trpc/context.ts";
import { routerKey } from "./host/registry.ts";

/** The longest a token is good for. */
export const SERVICE_TOKEN_SECONDS = 60;
const CLOCK_TOLERANCE_SECONDS = 5;
const ISSUER = "coder";

/** What one process tells another about a call: ids only, never permissions. */
export interface ServiceTokenClaims {
  readonly caller: Caller;
  readonly traceId: string;
  /** When whoever asked stops waiting. */
  readonly deadline: Date;
  /** Set when the call is a browser's request handed on: where it came from. */
  readonly forwarded?: Connection;
}

export interface ServiceTokenRequest extends ServiceTokenClaims {
  /** The one module this token is good for. */
  readonly audience: string;
}

/** Signs and checks the short-lived tokens that calls between processes carry. */
export interface IServiceTokens {
  sign(request: ServiceTokenRequest): Promise<string>;
  /** Throws `service_token_invalid` for every token that is not good for `audience` now. */
  verify(token: string, audience: string): Promise<ServiceTokenClaims>;
}

export interface ServiceTokensDeps {
  readonly secret: string;
  readonly log: ILogger;
  readonly now?: () => Date;
}

const PayloadSchema = z.object({
  iat: z.number(),
  exp: z.number(),
  caller: CallerSchema,
  trace: z.string().max(100),
  deadline: z.number(),
  forwarded: z.object({ address: z.string(), userAgent: z.string() }).optional(),
});

/**
 * Tokens are HS256 under the installation's secret and bound to one module (audience) and to the caller: user,
 * organization, session and kind of actor. They say who asks, not what they may do: the callee looks that up.
 */
export function createServiceTokens({ secret, log, now = () => new Date() }: ServiceTokensDeps): IServiceTokens {
  const key = createSecretKey(secret, "utf8");
  const seconds = () => Math.floor(now().getTime() / 1000);

  return {
    sign: ({ audience, caller, traceId, deadline, forwarded }) => {
      const issuedAt = seconds();
      const wanted = Math.ceil(deadline.getTime() / 1000);
      return new SignJWT({ caller, trace: traceId, deadline: deadline.getTime(), ...(forwarded === undefined ? {} : { forwarded }) })
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .setIssuer(ISSUER)
        .setAudience(routerKey(audience))
        .setIssuedAt(issuedAt)
        .setExpirationTime(Math.min(Math.max(wanted, issuedAt + 1), issuedAt + SERVICE_TOKEN_SECONDS))
        .sign(key);
    },

    verify: async (token, audience) => {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ["HS256"],
          issuer: ISSUER,
          audience: routerKey(audience),
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: now(),
          maxTokenAge: SERVICE_TOKEN_SECONDS,
          requiredClaims: ["exp", "iat"],
        });
        const claims = PayloadSchema.parse(payload);
        if (claims.exp - claims.iat > SERVICE_TOKEN_SECONDS) throw new Error(`Lives ${claims.exp - claims.iat} s`);
        return {
          caller: claims.caller,
          traceId: claims.trace,
          deadline: new Date(claims.deadline),
          ...(claims.forwarded === undefined ? {} : { forwarded: claims.forwarded }),
        };
      } catch (cause) {
        reportRefusal(cause, audience, seconds(), log);
        throw new AppError("unauthenticated", "service_token_invalid", "The call between processes carries no valid token.", {
          remedy: "Give all processes of the installation the same SERVICE_TOKEN_SECRET and the right time.",
          cause,
        });
      }
    },
  };
}

/** Timestamps are looked at only after the signature was found right, so an odd one means a clock is wrong, not that a stranger lies. */
function reportRefusal(cause: unknown, audience: string, nowSeconds: number, log: ILogger): void {
  const payload = cause instanceof errors.JWTExpired || cause instanceof errors.JWTClaimValidationFailed ? cause.payload : null;
  const byTime = cause instanceof errors.JWTExpired || (cause instanceof errors.JWTClaimValidationFailed && cause.claim === "iat");
  if (byTime && typeof payload?.iat === "number") {
    const skewSeconds = nowSeconds - payload.iat;
    log.error(
      { audience, skewSeconds },
      `A call was refused because its token is ${Math.abs(skewSeconds)} s ${skewSeconds < 0 ? "ahead of" : "behind"} the clock here. Set the clocks of the calling machine and this one right (for example with NTP).`,
    );
    return;
  }
  log.warn({ audience, reason: cause instanceof errors.JOSEError ? cause.code : "malformed" }, "A call was refused because its service token is not valid");
}
