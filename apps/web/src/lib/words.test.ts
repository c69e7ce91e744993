import { expect, it } from "vitest";
import { asTitle, inWords } from "./words.ts";

it.each([
  ["changeMemberRole", "Change member role"],
  ["ai-service", "AI service"],
  ["apiKeys", "API keys"],
  ["monthlyUsd", "Monthly USD"],
  ["memoryKiB", "Memory KiB"],
  ["allowPrivateAddress", "Allow private address"],
  ["signUp", "Sign up"],
  ["wallSeconds", "Wall seconds"],
  ["idleMinutes", "Idle minutes"],
  ["max_value_bytes", "Max value bytes"],
])("%s reads %s", (name, title) => {
  expect(asTitle(name)).toBe(title);
});

it("keeps the small letter in the middle of a sentence", () => {
  expect(inWords("userManagement")).toBe("user management");
  expect(inWords("")).toBe("");
});
