import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { cgroupsFrom } from "./cgroup-mounts.ts";
import { openCgroups } from "./cgroups.ts";
import { isRoot } from "../__fixtures__/rig.ts";
import { namePrefix } from "../name-prefix.ts";

const mount = (root: string, at: string, kind: string, options: string): string => `30 25 0:26 ${root} ${at} rw,relatime shared:9 - ${kind} ${kind} ${options}`;

it("finds the cgroups of v1, mounted together or apart", () => {
  const { v1, v2 } = cgroupsFrom(
    [mount("/", "/sys/fs/cgroup/memory", "cgroup", "rw,memory"), mount("/", "/sys/fs/cgroup/cpu,cpuacct", "cgroup", "rw,cpu,cpuacct"), mount("/", "/sys/fs/cgroup/unified", "cgroup2", "rw"), "junk"].join("\n"),
    "8:memory:/system/a\n3:cpu,cpuacct:/\n1:name=systemd:/x\n0::/b\n",
  );
  expect([...v1]).toEqual([["memory", "/sys/fs/cgroup/memory/system/a"], ["cpu", "/sys/fs/cgroup/cpu,cpuacct"], ["cpuacct", "/sys/fs/cgroup/cpu,cpuacct"]]);
  expect(v2).toBe("/sys/fs/cgroup/unified/b");
});

it("finds the cgroup of v2", () => {
  expect(cgroupsFrom(mount("/", "/sys/fs/cgroup", "cgroup2", "rw,nsdelegate"), "0::/user.slice/session-3.scope\n")).toEqual({ v1: new Map(), v2: "/sys/fs/cgroup/user.slice/session-3.scope" });
});

it("finds its way where a container sees a part of the hierarchy", () => {
  const { v1 } = cgroupsFrom(mount("/docker/abc", "/sys/fs/cgroup/pids", "cgroup", "rw,pids"), "8:pids:/docker/abc/inner\n");
  expect([...v1]).toEqual([["pids", "/sys/fs/cgroup/pids/inner"]]);
  expect(cgroupsFrom(mount("/docker/abc", "/sys/fs/cgroup", "cgroup2", "rw"), "0::/elsewhere\n").v2).toBe(null);
});

it("finds none where none is mounted", () => {
  expect(cgroupsFrom("", "")).toEqual({ v1: new Map(), v2: null });
});

it.runIf(isRoot)("counts what a process takes in, and removes what it made", async () => {
  const cgroups = await openCgroups();
  // Root of a container may have none for writing.
  if (cgroups === null) return expect(cgroups).toBe(null);
  const meter = await cgroups.open({ memoryBytes: 50_000_000, processes: 5 });
  expect(await meter.pids()).toEqual([]);
  expect(await meter.read()).toMatchObject({ cpuMs: 0, exceeded: null });
  await meter.close();
  expect(await meter.read()).toEqual({ cpuMs: null, peakMemoryBytes: null, exceeded: null });
  await cgroups.close();
});

it.runIf(isRoot)("ends what a process left behind that was killed before its run could be told to end with it", async () => {
  const first = await openCgroups();
  if (first === null) return expect(first).toBe(null);
  const meter = await first.open({ memoryBytes: 50_000_000, processes: 5 });
  const parents = meter.groups.map((group) => path.resolve(group, "../../.."));
  const dead = spawn("true");
  await once(dead, "exit");
  const left = parents.map((parent) => path.join(parent, `${namePrefix()}${dead.pid}`, "1"));
  for (const group of left) mkdirSync(group, { recursive: true });
  const orphan = spawn("sleep", ["600"]);
  const ended = once(orphan, "exit");
  for (const group of left) writeFileSync(path.join(group, "cgroup.procs"), String(orphan.pid));

  const second = await openCgroups();
  expect(await ended).toEqual([null, "SIGKILL"]);
  expect(left.filter((group) => existsSync(group))).toEqual([]);
  await meter.close();
  await Promise.all([first.close(), second?.close()]);
});
