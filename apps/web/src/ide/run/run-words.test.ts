import { expect, it } from "vitest";
import { outcomeOf } from "./run-words.ts";

const FAILED: Parameters<typeof outcomeOf>[0] = { state: "failed", exitCode: null, signal: "SIGKILL", endedBy: null, problem: null };
const problem = (code: string) => ({ code, message: `Message of ${code}`, remedy: "None" });

it("says whose limit ended a run: its own, or the organization's", () => {
  expect(outcomeOf({ ...FAILED, endedBy: "tree", problem: problem("install_failed") })).toBe("Ended: it filled the project");
  expect(outcomeOf({ ...FAILED, endedBy: "tree", problem: problem("quota_exceeded") })).toBe("Message of quota_exceeded");
  expect(outcomeOf({ ...FAILED, problem: problem("install_failed") })).toBe("Message of install_failed");
  expect(outcomeOf(FAILED)).toBe("Ended by SIGKILL");
});
