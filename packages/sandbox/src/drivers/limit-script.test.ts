import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../ISandbox.ts";
import { limited, limitedInNumber } from "./limit-script.ts";

/** Starts a command with files behind its descriptors from 3 on. */
async function start([file = "", ...args]: readonly string[], files: readonly string[] = []) {
  const descriptors = files.map((each) => openSync(each, "a"));
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "ignore", ...descriptors] });
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

it("becomes nothing when one group does not take it in", async () => {
  expect(await start(limited(["echo", "ran"], DEFAULT_LIMITS, { groups: [3, 4], umask: "022" }), ["/dev/null", "/dev/full"])).toEqual({ stdout: "", exitCode: null, signal: "SIGKILL" });
});

it("sets what each process may have", () => {
  const limits = { ...DEFAULT_LIMITS, openFiles: 64, fileBytes: 1_024 * 512, cpuSeconds: 7 };
  const [file = "", ...args] = limited(limitedInNumber(["sh", "-c", "ulimit -c; ulimit -n; ulimit -f; ulimit -t; ulimit -d; ulimit -p 2>/dev/null || ulimit -u"], { processes: 4_000 }, []), limits, { groups: [], umask: "022" });
  const data = (limits.memoryBytes * 2 + 512 * 1024 ** 2) / 1_024;
  expect(execFileSync(file, args).toString().split("\n")).toEqual(["0", "64", "1024", "9", String(data), "4000", ""]);
});
