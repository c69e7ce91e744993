import { execute } from "./execute.ts";
import type { Runner } from "./runner.ts";

const MINUTES = 5;

/** A program that is right or wrong as a whole: one check. */
export function check(name: string, title: string, root: string, command: readonly string[]): Runner {
  return {
    name,
    title,
    run: async ({ log, minutes }) => {
      const { code, timedOut, tail } = await execute(command, { cwd: root, log, minutes: Math.min(MINUTES, minutes) });
      if (code === 0) return { passed: 1, failed: 0, skipped: 0, failures: [] };
      return { passed: 0, failed: 1, skipped: 0, failures: [`${title}${timedOut ? " (not done in time)" : ""}\n${tail.trim()}`] };
    },
  };
}
