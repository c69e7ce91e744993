import { AppError, isAppError } from "@coder/shared";
import { z } from "zod";

const Failure = z.object({ code: z.union([z.number(), z.string()]) });

/** HTTP status of a refusal, or the code of a broken line. */
export function codeOf(error: unknown): number | string | null {
  const parsed = Failure.safeParse(error);
  return parsed.success ? parsed.data.code : null;
}

/** Turns what Cosmos said into what a person can act on. Unexpected faults pass unchanged: they are ours to mend. */
export function toAppError(error: unknown): unknown {
  if (isAppError(error)) return error;
  const code = codeOf(error);
  switch (code) {
    case 413:
      return new AppError("too_large", "entry_too_large", "The entry is larger than the database can store.", { remedy: "Split it, or store the large part as a file.", cause: error });
    case 429:
      return new AppError("unavailable", "database_busy", "The database is answering as much as it is allowed to.", { remedy: "Try again in a moment; raise the throughput if it happens often.", cause: error });
    case 408:
    case 449:
    case 500:
    case 503:
      return unavailable(error);
    default:
      return typeof code === "string" && /^(ECONN|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|REQUEST_SEND_ERROR|TimeoutError)/.test(code) ? unavailable(error) : error;
  }
}

function unavailable(cause: unknown): AppError {
  return new AppError("unavailable", "database_unavailable", "The database does not answer. If you were saving something, it may or may not be stored.", {
    remedy: "Try again in a moment and look whether the change is there. The health page says more.",
    cause,
  });
}
