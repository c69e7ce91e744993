import { spawn } from "node:child_process";
import { chmod, chown, link, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, hasBubblewrap, isRoot, openRig, sleepers, type Rig } from "../__fixtures__/rig.ts";
import { adopt } from "./adopt.ts";
import { readIdRanges } from "./id-range.ts";
import { firstBelowClosed } from "./reachable.ts";
import { RunIds } from "./RunIds.ts";

const NOBODY = 65_534;

describe.skipIf(!hasBubblewrap())("work trees", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await openRig();
  });
  afterAll(() => rig.close());
  const on = (tree: string) => ({ tree: { path: tree, access: "write" } }) as const;

  it("can be prepared again and again", async () => {
    const tree = await rig.tree();
    const before = await stat(tree);
    await writeFile(path.join(tree, "kept"), "x");
    await rig.sandbox.prepareTree(tree);
    expect(await stat(tree)).toMatchObject({ uid: before.uid, gid: before.gid, mode: before.mode });
    expect(await readdir(tree)).toEqual(["kept"]);
  });

  it("are no links and lie at no relative path", async () => {
    const tree = await rig.tree();
    await symlink(tree, `${tree}-link`);
    for (const wrong of [`${tree}-link`, "workspaces/x", `${tree}/../x`, `${tree}/`]) await expect(rig.sandbox.prepareTree(wrong)).rejects.toMatchObject({ code: "invalid_run" });
  });

  it("can be changed by a run after the product wrote to them, and the reverse", async () => {
    const tree = await rig.tree();
    await mkdir(path.join(tree, "src/deep"), { recursive: true });
    await writeFile(path.join(tree, "src/deep/a.txt"), "product\n", { mode: 0o600 });
    await symlink("a.txt", path.join(tree, "src/deep/link"));
    await rig.sandbox.adoptFiles(tree, ["src", "src/deep", "src/deep/a.txt", "src/deep/link", "not/there", "src/deep/a.txt/not-there"]);
    expect(await rig.sh("echo run >> src/deep/link && chmod +x src/deep/a.txt && touch -d 2001-01-01 src && echo new > src/b && ls src", on(tree))).toMatchObject({ exitCode: 0, stdout: "b\ndeep\n" });
    await writeFile(path.join(tree, "src/b"), "product again\n");
    expect((await rig.sh("cat src/b src/deep/a.txt", on(tree))).stdout).toBe("product again\nproduct\nrun\n");
    await rm(path.join(tree, "src"), { recursive: true });
  });

  it.runIf(isRoot)("can be taken in as a whole", async () => {
    const tree = await rig.tree();
    await mkdir(path.join(tree, "closed"), { mode: 0o500 });
    await writeFile(path.join(tree, "read-only"), "x", { mode: 0o444 });
    await symlink("/etc/passwd", path.join(tree, "link"));
    const outside = await lstat("/etc/passwd");
    await rig.sandbox.adoptTree(tree);
    expect(await rig.sh("echo y > closed/y && echo z > read-only && rm link && chmod 600 read-only", on(tree))).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await lstat("/etc/passwd")).toMatchObject({ uid: outside.uid, gid: outside.gid, mode: outside.mode });
  });

  it("lead nowhere by links: not to the machine's files, not to other trees, not above themselves", async () => {
    const [tree, other] = [await rig.tree(), await rig.tree()];
    await writeFile(path.join(other, "secret"), "of somebody else", { mode: 0o666 });
    const targets = ["/etc/shadow", "/root", path.join(other, "secret"), other, rig.data, "../../..", "/proc/1/root/etc/shadow", "/proc/1/cwd/../.."];
    for (const [index, target] of targets.entries()) await symlink(target, path.join(tree, `link${index}`));
    await symlink("/etc/passwd", path.join(tree, "accounts"));
    const { stdout } = await rig.sh("for l in link*; do cat $l/secret $l/*/secret $l 2>/dev/null; ls $l/organization 2>/dev/null; (echo x > $l/pwned) 2>/dev/null; done; cat accounts; ls ..", on(tree));
    expect(stdout).toBe("coder:x:1000:1000:Coder:/tmp:/bin/sh\nbin\ndev\netc\nlib\nlib64\nopt\nproc\nsbin\ntmp\nusr\nworkspace\n".replace("lib64\n", (await readdir("/")).includes("lib32") ? "lib32\nlib64\nlibx32\n" : "lib64\n"));
    expect(await readdir(other)).toEqual(["secret"]);
    expect((await readdir(rig.data)).toSorted()).toEqual(["workspaces"]);
  });

  describe.runIf(isRoot)("as root", () => {
    it("have owners of their own, which no account has", async () => {
      const [one, two] = [await stat(await rig.tree()), await stat(await rig.tree())];
      expect(one.uid).toBe(one.gid);
      expect(one.uid).not.toBe(two.uid);
      expect(one.uid).toBeGreaterThanOrEqual(20_000);
      expect(one.mode & 0o777).toBe(0o770);
    });

    it("are run on by different uids at the same time, one tree by two as well", async () => {
      const [one, two] = [await rig.tree(), await rig.tree()];
      const stop = new AbortController();
      const marks = ["301", "302", "303"].map((part) => `${part}${process.pid}`);
      const runs = [one, two, two].map((tree, index) => rig.sandbox.run({ command: "sleep", args: [marks[index] ?? ""], ...on(tree), signal: stop.signal }).catch(() => null));
      const found = async () => (await Promise.all(marks.map(sleepers))).flat();
      expect(await eventually(async () => (await found()).length === 3)).toBe(true);
      const uids = (await found()).map(({ uid }) => uid);
      expect(new Set(uids).size).toBe(3);
      expect(uids).toEqual(expect.arrayContaining([(await stat(one)).uid, (await stat(two)).uid]));
      expect(uids).not.toContain(0);
      stop.abort();
      await Promise.all(runs);
    });

    it("belong to their owner again after a run beside the first", async () => {
      const tree = await rig.tree();
      const first = await rig.sandbox.spawn({ command: "sh", args: ["-c", "umask 077; mkdir mine; echo go; cat"], ...on(tree) });
      await once(first.stdout, "data");
      expect(await rig.sh("echo x > beside && chmod 600 beside && mkdir closed && chmod 700 closed && touch closed/x", on(tree))).toMatchObject({ exitCode: 0, stderr: "" });
      const { uid } = await stat(tree);
      expect(await eventually(async () => (await Promise.all(["beside", "closed", "closed/x"].map((name) => lstat(path.join(tree, name))))).every((each) => each.uid === uid))).toBe(true);
      first.stdin.end();
      await first.ended;
      expect(await rig.sh("cat beside; rm -r beside closed mine", on(tree))).toMatchObject({ exitCode: 0, stdout: "x\n" });
    });

    it("cannot be entered by the owner of another, even outside the sandbox", async () => {
      const [tree, other] = [await rig.tree(), await rig.tree()];
      const { uid, gid } = await stat(other);
      const child = spawn("ls", [tree], { uid, gid, stdio: "ignore" });
      expect((await once(child, "exit"))[0]).not.toBe(0);
    });

    it("are found where the machine lets everybody enter, too", async () => {
      const open = await openRig({ open: true });
      const tree = await open.tree();
      expect(firstBelowClosed(tree)).toBe(null);
      expect(await open.sh("touch a && ls", on(tree))).toMatchObject({ stdout: "a\n" });
      await open.close();
    });

    it("are reached by mounts that the machine does not see, and that take none of its own away", async () => {
      const mounts = async () => (await readFile("/proc/self/mountinfo", "utf8")).split("\n").map((line) => line.split(" ")[4] ?? "");
      const isKernels = (at: string) => at === "/sys" || at.startsWith("/sys/");
      const before = await mounts();
      const closed = await openRig();
      expect(await closed.sh("pwd", on(await closed.tree()))).toMatchObject({ exitCode: 0 });
      const after = await mounts();
      expect(after.filter(isKernels)).toEqual(before.filter(isKernels));
      expect(after.filter((at) => at.startsWith("/run/coder-sandbox"))).toEqual([]);
      await closed.close();
    });

    it("are found again when a directory on the way was made anew", async () => {
      const tree = await rig.tree();
      expect(firstBelowClosed(tree)).toBe(rig.data);
      expect(await rig.sh("pwd", on(tree))).toMatchObject({ exitCode: 0 });
      await rename(rig.data, `${rig.data}-before`);
      const anew = await rig.tree();
      expect(await rig.sh("touch here", on(anew))).toMatchObject({ exitCode: 0 });
      expect(await readdir(anew)).toEqual(["here"]);
      await rm(rig.data, { recursive: true });
      await rename(`${rig.data}-before`, rig.data);
    });
  });
});

describe.runIf(isRoot)("giving files to an owner", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "coder-adopt-"));
    await mkdir(path.join(folder, "tree/sub"), { recursive: true });
    await mkdir(path.join(folder, "outside"));
    await writeFile(path.join(folder, "outside/victim"), "x");
    await symlink(path.join(folder, "outside"), path.join(folder, "tree/escape"));
    await symlink(path.join(folder, "outside/victim"), path.join(folder, "tree/link"));
  });
  afterAll(() => rm(folder, { recursive: true, maxRetries: 5 }));
  const owner = async (name: string) => (await lstat(path.join(folder, name))).uid;

  it("changes a link itself and passes through none", async () => {
    const tree = path.join(folder, "tree");
    expect(await adopt(tree, "link", NOBODY)).toBe(true);
    expect(await adopt(tree, "escape/victim", NOBODY)).toBe(false);
    expect(await adopt(tree, "escape", NOBODY)).toBe(true);
    expect({ link: await owner("tree/link"), victim: await owner("outside/victim"), outside: await owner("outside") }).toEqual({ link: NOBODY, victim: 0, outside: 0 });
  });

  it.each(["..", "../outside/victim", "sub/../../outside", "", ".", "a\0b"])("refuses %j", async (wrong) => {
    await expect(adopt(path.join(folder, "tree"), wrong, NOBODY)).rejects.toMatchObject({ code: "invalid_run" });
  });

  it("takes what it finds and keeps what may be executed", async () => {
    const file = path.join(folder, "tree/sub/run.sh");
    await writeFile(file, "x");
    await chmod(file, 0o4711);
    await link(file, path.join(folder, "tree/sub/second-name"));
    expect(await adopt(path.join(folder, "tree"), "sub//./run.sh", NOBODY)).toBe(true);
    expect(await stat(file)).toMatchObject({ uid: NOBODY, gid: NOBODY });
    expect((await stat(file)).mode & 0o7777).toBe(0o771);
  });

  it("stays in the tree while somebody swaps a directory for a link", { timeout: 30_000 }, async () => {
    const tree = path.join(folder, "tree");
    await mkdir(path.join(tree, "swap"));
    await writeFile(path.join(tree, "swap/victim"), "x");
    await symlink(path.join(folder, "outside"), path.join(tree, "swap-link"));
    const swapper = spawn("sh", ["-c", 'while :; do mv -T swap swap-kept; mv -T swap-link swap; mv -T swap swap-link; mv -T swap-kept swap; done'], { cwd: tree, stdio: "ignore", detached: true });
    for (let round = 0; round < 1_000; round += 1) await adopt(tree, "swap/victim", NOBODY);
    // The whole group: a rename still under way would disturb the clearing up.
    process.kill(-(swapper.pid ?? Number.NaN), "SIGKILL");
    await once(swapper, "exit");
    expect(await owner("outside/victim")).toBe(0);
  });
});

describe.runIf(isRoot)("uids of runs", () => {
  it("are held by one at a time, in whatever process", async () => {
    const range = { first: 1_999_000_000 + (process.pid % 1_000) * 10, count: 3 };
    const [here, elsewhere] = [new RunIds(range), new RunIds(range)];
    const held = [await here.lease(null), await elsewhere.lease(null), await here.lease(range.first), await elsewhere.lease(range.first + 9)];
    expect(held.map(({ uid }) => uid - range.first)).toEqual([0, 1, 2, 9]);
    await expect(here.lease(null)).rejects.toMatchObject({ code: "sandbox_failed" });
    await held[1]?.release();
    expect((await here.lease(null)).uid).toBe(range.first + 1);
  });

  it("are taken from ids that are there", async () => {
    const ranges = await readIdRanges();
    expect(ranges?.trees.first).toBe((await readFile("/proc/self/uid_map", "utf8")).includes("4294967295") ? 2_000_000_000 : 20_000);
  });

  it("finds the first path that only root reaches", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "coder-reach-"));
    await chmod(folder, 0o711);
    await mkdir(path.join(folder, "a/b/c/d"), { recursive: true });
    expect(firstBelowClosed(path.join(folder, "a/b/c/d"))).toBe(null);
    await chmod(path.join(folder, "a/b"), 0o700);
    expect(firstBelowClosed(path.join(folder, "a/b/c/d"))).toBe(path.join(folder, "a/b/c"));
    expect(firstBelowClosed(path.join(folder, "a/b"))).toBe(null);
    await chown(path.join(folder, "a"), NOBODY, NOBODY);
    await rm(folder, { recursive: true });
  });
});
