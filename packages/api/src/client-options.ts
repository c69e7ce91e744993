import { AppError, AppErrorDataSchema } from "@coder/shared";
import { TRPCClientError, type HTTPBatchLinkOptions } from "@trpc/client";
import { z } from "zod";

export interface CoderClientOptions {
  /** Address of the installation, as people type it. */
  readonly url: string;
  /** A session's token. A browser leaves it out: its cookie says who it is. */
  readonly token?: string | (() => string | null);
  /** Stands in for the platform's `fetch`. */
  readonly fetch?: NonNullable<HTTPBatchLinkOptions<never>["fetch"]>;
}

/** What every request carries, asked for anew each time. */
export function headersOf({ token }: Pick<CoderClientOptions, "token">): Record<string, string> {
  const bearer = typeof token === "function" ? token() : token;
  return bearer ? { authorization: `Bearer ${bearer}` } : {};
}

const AnswerDataSchema = z.object({ error: AppErrorDataSchema });

/** What went wrong with a call, as the error the server threw: `instanceof AppError`, with its code, remedy and details. */
export function clientError(error: unknown, url: string): AppError {
  if (error instanceof AppError) return error;
  const answered = error instanceof TRPCClientError ? AnswerDataSchema.safeParse(error.data) : null;
  if (answered?.success) {
    const { kind, code, message, remedy, details } = answered.data.error;
    return new AppError(kind, code, message, { remedy, cause: error, ...(details === undefined ? {} : { details }) });
  }
  const cause = error instanceof TRPCClientError ? error.cause : error;
  if (cause instanceof Error && cause.name === "AbortError") {
    return new AppError("cancelled", "cancelled", "The call was cancelled before it ended.", { remedy: "Nothing to do if you cancelled it; otherwise try again.", cause: error });
  }
  return new AppError("unavailable", "server_unreachable", `${url} does not answer, or something else answers there.`, {
    remedy: "Check the address and the network, then try again.",
    cause: error,
  });
}
