import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { AppError } from "@coder/shared";
import type { IGitRunner } from "../IGitRunner.ts";

const run = promisify(execFile);

/** Nothing of this machine decides what git says. */
export const GIT_ENVIRONMENT = { PATH: process.env["PATH"], HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1", GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C.UTF-8" };

/** Runs git as it is, where a test is about what it says and not about isolation. */
export function bareGit(): IGitRunner {
  return {
    read: async (tree, args, options) => {
      try {
        return await run("git", ["-c", "safe.directory=*", ...args], { cwd: tree, encoding: "buffer", maxBuffer: 10 * 1024 ** 2, env: GIT_ENVIRONMENT, ...options });
      } catch (cause) {
        throw new AppError("invalid", "git_failed", cause instanceof Error ? cause.message : "git failed", { remedy: "None", cause });
      }
    },
  };
}
