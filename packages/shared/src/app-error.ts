import { z } from "zod";

/** What class of failure an error is. Decides the HTTP status and the tRPC code; says nothing about the domain. */
export const ERROR_STATUS = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  stale: 412,
  too_large: 413,
  rate_limited: 429,
  cancelled: 499,
  internal: 500,
  unavailable: 503,
  timeout: 504,
} as const;

export type ErrorKind = keyof typeof ERROR_STATUS;

/** The JSON form of an {@link AppError}: what crosses a process border and what a client can show. */
export const AppErrorDataSchema = z.object({
  kind: z.enum(Object.keys(ERROR_STATUS) as [ErrorKind, ...ErrorKind[]]),
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type AppErrorData = z.infer<typeof AppErrorDataSchema>;

export interface AppErrorOptions {
  /** What the person can do now. Shown beside the message. */
  readonly remedy: string;
  /** Facts a program can use: the field, the limit, the version found. Never a secret. */
  readonly details?: Record<string, unknown>;
  readonly cause?: unknown;
}

/**
 * An expected failure of the domain. Modules own their codes (snake_case, stable: clients match on them);
 * the kernel maps `kind` to a status in one place.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly kind: ErrorKind;
  readonly code: string;
  readonly remedy: string;
  readonly details: Record<string, unknown> | undefined;

  constructor(kind: ErrorKind, code: string, message: string, options: AppErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.code = code;
    this.remedy = options.remedy;
    this.details = options.details;
  }

  get httpStatus(): number {
    return ERROR_STATUS[this.kind];
  }

  toJSON(): AppErrorData {
    return {
      kind: this.kind,
      code: this.code,
      message: this.message,
      remedy: this.remedy,
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }

  /** Rebuilds an error that came over the wire, so that `instanceof` holds near and far. */
  static fromJSON(data: AppErrorData): AppError {
    return new AppError(data.kind, data.code, data.message, {
      remedy: data.remedy,
      ...(data.details === undefined ? {} : { details: data.details }),
    });
  }
}

/** Structural, because two copies of this package can meet in one bundle. */
export function isAppError(error: unknown): error is AppError {
  return error instanceof Error && error.name === "AppError" && "kind" in error && "code" in error && "remedy" in error;
}
