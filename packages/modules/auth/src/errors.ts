import { AppError, waitInWords } from "@coder/shared";

// The module's codes. Clients match on them, so they stay.

/** One answer for a wrong password, an unknown address and an account without a password. */
export function invalidCredentials(): AppError {
  return new AppError("unauthenticated", "invalid_credentials", "The e-mail address or the password is wrong.", {
    remedy: "Check both and try again. Whoever runs this installation can reset your password.",
  });
}

/** The same for known and unknown addresses, so that it says nothing about who has an account. */
export function accountLocked(retryAfterSeconds: number): AppError {
  return new AppError("rate_limited", "account_locked", "Too many wrong passwords for this address.", {
    remedy: `Wait ${waitInWords(retryAfterSeconds)} and try again. It opens by itself.`,
    details: { retryAfterSeconds },
  });
}

export function tooManyAttempts(retryAfterSeconds: number): AppError {
  return new AppError("rate_limited", "too_many_attempts", "Too many failed attempts from your network.", {
    remedy: `Wait ${waitInWords(retryAfterSeconds)} and try again.`,
    details: { retryAfterSeconds },
  });
}

export function hashingBusy(): AppError {
  return new AppError("rate_limited", "hashing_busy", "Too many people are signing in at this moment.", {
    remedy: "Wait a few seconds and try again.",
    details: { retryAfterSeconds: 5 },
  });
}

export function passwordTooWeak(reasons: readonly string[]): AppError {
  return new AppError("invalid", "password_too_weak", `This password is too weak: ${reasons.join("; ")}.`, {
    remedy: "Choose a longer one, for example four random words.",
    details: { reasons },
  });
}

export function emailTaken(): AppError {
  return new AppError("conflict", "email_taken", "There is already an account with this address.", {
    remedy: "Sign in with it. Whoever runs this installation can reset its password.",
  });
}

export function sessionNotFound(): AppError {
  return new AppError("not_found", "session_not_found", "You have no such session.", { remedy: "Load the list again; it may have ended already." });
}

export function sessionEnded(): AppError {
  return new AppError("unauthenticated", "session_ended", "Your session has ended.", { remedy: "Sign in again." });
}

export function organizationNotFound(): AppError {
  return new AppError("not_found", "organization_not_found", "You belong to no such organization.", { remedy: "Choose one of your organizations, or ask for an invitation." });
}

export function userNotFound(): AppError {
  return new AppError("not_found", "user_not_found", "There is no account with this address.", { remedy: "Check the address." });
}

export function passwordContention(): AppError {
  return new AppError("conflict", "password_contention", "The password was changed at the same moment.", { remedy: "Try again." });
}

export function writeContention(): AppError {
  return new AppError("unavailable", "write_contention", "Too many changes to the same entry at once.", { remedy: "Try again in a moment." });
}
