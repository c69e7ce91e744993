import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { AppError, isAppError, type ErrorKind } from "../app-error.ts";

export const TRPC_CODE = {
  invalid: "BAD_REQUEST",
  unauthenticated: "UNAUTHORIZED",
  forbidden: "FORBIDDEN",
  not_found: "NOT_FOUND",
  conflict: "CONFLICT",
  stale: "PRECONDITION_FAILED",
  too_large: "PAYLOAD_TOO_LARGE",
  rate_limited: "TOO_MANY_REQUESTS",
  cancelled: "CLIENT_CLOSED_REQUEST",
  internal: "INTERNAL_SERVER_ERROR",
  unavailable: "SERVICE_UNAVAILABLE",
  timeout: "GATEWAY_TIMEOUT",
} as const satisfies Record<ErrorKind, TRPCError["code"]>;

const KIND_OF = Object.fromEntries(Object.entries(TRPC_CODE).map(([kind, code]) => [code, kind])) as Partial<Record<TRPCError["code"], ErrorKind>>;

/** Refusals of the protocol itself, whose status is more precise than their kind's. */
const PROTOCOL_STATUS: Readonly<Record<string, number>> = { method_not_supported: 405, request_timeout: 408, unsupported_media_type: 415, range_not_satisfiable: 416 };

export function httpStatusOf(error: AppError): number {
  return (error.kind === "invalid" ? PROTOCOL_STATUS[error.code] : undefined) ?? error.httpStatus;
}

/** The one place where any thrown thing becomes an error a client may see. Unexpected ones lose their text here; the log keeps it. */
export function toAppError(error: unknown): AppError {
  if (isAppError(error)) return error;
  if (error instanceof TRPCError) {
    if (isAppError(error.cause)) return error.cause;
    if (error.code === "BAD_REQUEST" && error.cause instanceof z.ZodError) return invalidInput(error.cause);
    if (error.code === "BAD_REQUEST" && error.cause instanceof SyntaxError) {
      return new AppError("invalid", "malformed_json", "The body is not JSON.", { remedy: "Send one JSON value in UTF-8." });
    }
    const kind = KIND_OF[error.code];
    if (kind && kind !== "internal") return new AppError(kind, kind === "invalid" ? "invalid_input" : kind, error.message, { remedy: "Check the request and try again." });
    if (error.code === "METHOD_NOT_SUPPORTED") return new AppError("invalid", "method_not_supported", error.message, { remedy: "See /api/v1/openapi.json for the method." });
    if (error.code === "UNSUPPORTED_MEDIA_TYPE") return new AppError("invalid", "unsupported_media_type", error.message, { remedy: "Send JSON with content-type application/json." });
  }
  return new AppError("internal", "internal", "Something went wrong on our side.", {
    remedy: "Try again. If it stays, give the trace id to whoever runs this installation.",
    cause: error,
  });
}

function invalidInput(error: z.ZodError): AppError {
  const issues = error.issues.slice(0, 20).map((issue) => ({ path: issue.path.join("."), message: issue.message }));
  const [first] = issues;
  return new AppError("invalid", "invalid_input", first ? `${first.path || "input"}: ${first.message}` : "The input is not valid.", {
    remedy: "Correct the fields that are named and send it again.",
    details: { issues },
  });
}
