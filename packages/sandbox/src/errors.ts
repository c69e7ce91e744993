import { AppError } from "@coder/shared";

// The package's codes. Clients match on them, so they stay.

/** Nothing isolates foreign code here, so none is run. */
export function sandboxUnavailable(reason: string, remedy: string): AppError {
  return new AppError("unavailable", "sandbox_unavailable", `Programs of a project cannot be run here: ${reason}`, { remedy });
}

/** The sandbox itself failed, not the program in it. */
export function sandboxFailed(reason: string): AppError {
  return new AppError("internal", "sandbox_failed", `The sandbox could not be set up: ${reason}`, { remedy: "Try again; if it stays, see the sandbox on the health page." });
}

export function invalidRun(reason: string): AppError {
  return new AppError("invalid", "invalid_run", `This cannot be run: ${reason}`, { remedy: "Correct the command, its arguments, variables or paths." });
}
