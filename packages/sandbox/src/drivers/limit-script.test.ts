import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { DEFAULT_LIMITS, type SandboxLimits } from "../ISandbox.ts";
import { limitedInNumber, limitScript, type Surroundings } from "./limit-script.ts";

function limited(command: readonly string[], limits: SandboxLimits, surroundings: Omit<Surroundings, "self">): readonly string[] {
  return ["-c", `${limitScript(limits, { ...surroundings, self: "$$" })}exec "$@"`, "sh", ...command];
}

/** Starts a shell with files behind its descriptors from 3 on. */
async function start(args: readonly string[], files: readonly string[] = []) {
  const descriptors = files.map((each) => openSync(each, "a"));
  const child = spawn("/bin/sh", args, { stdio: ["ignore", "pipe", "ignore", ...descriptors] });
  descriptors.forEach(closeSync);
  const [stdout, [exitCode, signal]] = await Promise.all([child.stdout ? text(child.stdout) : "", once(child, "close")]);
  return { stdout, exitCode, signal };
}

it("takes itself into every group, and hands none of them on", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "coder-limit-script-"));
  const groups = ["one", "two"].map((name) => path.join(folder, name));
  const { stdout, exitCode } = await start(limited(["sh", "-c", "for n in 3 4; do test -e /proc/self/fd/$n && echo $n; done; umask"], DEFAULT_LIMITS, { groups: [3, 4], umask: "027" }), groups);
  expect({ stdout, exitCode, told: groups.map((group) => readFileSync(group, "utf8")) }).toEqual({ stdout: "0027\n", exitCode: 0, told: ["0\n", "0\n"] });
  rmSync(folder, { recursive: true });
});

it("finds groups by their paths as well, whatever these are called", async () => {
  const group = path.join(mkdtempSync(path.join(tmpdir(), "coder-limit-script-")), "it's a $group");
  expect(await start(limited(["echo", "ran"], DEFAULT_LIMITS, { groups: [group], umask: "022" }))).toMatchObject({ stdout: "ran\n" });
  expect(readFileSync(group, "utf8")).toBe("0\n");
  rmSync(path.dirname(group), { recursive: true });
  expect(await start(limited(["echo", "ran"], DEFAULT_LIMITS, { groups: [group], umask: "022" }))).toEqual({ stdout: "", exitCode: null, signal: "SIGKILL" });
});

it("becomes nothing when one group does not take it in", async () => {
  expect(await start(limited(["echo", "ran"], DEFAULT_LIMITS, { groups: [3, 4], umask: "022" }), ["/dev/null", "/dev/full"])).toEqual({ stdout: "", exitCode: null, signal: "SIGKILL" });
});

it("sets what each process may have", () => {
  const limits = { ...DEFAULT_LIMITS, openFiles: 64, fileBytes: 1_024 * 512, cpuSeconds: 7 };
  const args = limited(limitedInNumber(["sh", "-c", "ulimit -c; ulimit -n; ulimit -f; ulimit -t; ulimit -d; ulimit -p 2>/dev/null || ulimit -u"], { processes: 4_000 }, []), limits, { groups: [], umask: "022" });
  const data = (limits.memoryBytes * 2 + 512 * 1024 ** 2) / 1_024;
  expect(execFileSync("/bin/sh", args).toString().split("\n")).toEqual(["0", "64", "1024", "9", String(data), "4000", ""]);
});
