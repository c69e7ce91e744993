import { execute } from "./execute.ts";
import type { Runner } from "./runner.ts";

/** A program that is right or wrong as a whole: one check. */
export function check(name: string, title: string, root: string, command: readonly string[]): Runner {
  return {
    name,
    title,
    run: async ({ log }) => {
      const { code, timedOut, tail } = await execute(command, { cwd: root, log, minutes: 5 });
      if (code === 0) return { passed: 1, failed: 0, skipped: 0, failures: [] };
      return { passed: 0, failed: 1, skipped: 0, failures: [`${title}${timedOut ? " (not done within 5 minutes)" : ""}\n${tail.trim()}`] };
    },
  };
}
