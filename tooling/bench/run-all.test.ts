import { expect, it } from "vitest";
import type { Finding } from "./report.ts";
import { runAll } from "./run-all.ts";

const met = (what: string): Finding => ({ what, found: "1", goal: "at most 1", verdict: "met" });

it("gives each a quarter of the time at most, or what is left of it, and names what it does not suffice for", async () => {
  let time = 0;
  const given: [string, number][] = [];
  const told: string[] = [];
  const findings = await runAll({
    names: ["quick", "slow", "slow", "slow", "slow", "never"],
    budgetMs: 15 * 60_000,
    now: () => time,
    tell: (name) => void told.push(name),
    run: async (name, ms) => {
      given.push([name, ms]);
      time += name === "slow" ? ms : 60_000;
      return name === "slow" ? null : [met(name)];
    },
  });
  expect(given).toEqual([["quick", 225_000], ["slow", 225_000], ["slow", 225_000], ["slow", 225_000], ["slow", 165_000]]);
  expect(told).toEqual(["quick", "slow", "slow", "slow", "slow", "never"]);
  expect(findings.map(({ what, verdict }) => [what, verdict])).toEqual([["quick", "met"], ...["slow", "slow", "slow", "slow", "never"].map((name) => [name, "undecided"])]);
  expect(findings[1]?.found).toContain("225 s were left for it of 15 minutes for all");
  expect(findings[5]?.found).toContain("0 s were left for it");
});

it("goes on after one that failed, and says what failed", async () => {
  const findings = await runAll({
    names: ["broken", "sound"],
    budgetMs: 60_000,
    tell: () => undefined,
    run: async (name) => {
      if (name === "broken") throw new Error("no such table");
      return [met(name)];
    },
  });
  expect(findings.map(({ what, verdict }) => [what, verdict])).toEqual([["broken", "undecided"], ["sound", "met"]]);
  expect(findings[0]?.found).toContain("it failed: no such table");
});
