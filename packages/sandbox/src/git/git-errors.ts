import { AppError } from "@coder/shared";

// The codes of git in the sandbox. Clients match on them, so they stay.

const MAX_TEXT = 2_000;
const ELSEWHERE = /could not resolve|failed to connect|connection (?:refused|reset|timed out)|timed out|the requested url returned error: 5\d\d|early eof|rpc failed/i;

/** `text`: what git itself said. Trying again helps only where the other side or the way there failed. */
export function gitFailed(text: string, exitCode: number | null): AppError {
  const said = plain(text) || `git ended with ${exitCode ?? "a signal"}`;
  return new AppError(ELSEWHERE.test(said) ? "unavailable" : "invalid", "git_failed", said, { remedy: "See what git says; correct the repository or the request.", details: { exitCode } });
}

export function gitTimeout(seconds: number): AppError {
  return new AppError("timeout", "git_timeout", `Git was not done within ${seconds} s.`, { remedy: "Ask for less at a time, or try again." });
}

export function gitOutputTooLarge(bytes: number): AppError {
  return new AppError("too_large", "git_output_too_large", `Git's answer is larger than ${bytes} bytes.`, { remedy: "Ask for less at a time." });
}

/** `what`: the limit of the sandbox that was met. */
export function gitTooHeavy(what: string): AppError {
  return new AppError("too_large", "git_limit_reached", `Git met the limit on ${what}.`, { remedy: "Ask for less at a time, or work with a smaller repository." });
}

export function cloneTooLarge(bytes: number): AppError {
  return new AppError("too_large", "clone_too_large", `The repository is larger than ${bytes} bytes.`, { remedy: "Free space, or import a part of it as an archive." });
}

export function cloneAddressRefused(reason: string): AppError {
  return new AppError("invalid", "clone_address_refused", `This address cannot be cloned from: ${reason}.`, { remedy: "Give an https address of a public server. An operator can allow a private one." });
}

/** Without sequences that move a cursor. */
function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- they are what is taken out
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "").replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "\n").replace(/\n{2,}/g, "\n").trim().slice(-MAX_TEXT);
}
