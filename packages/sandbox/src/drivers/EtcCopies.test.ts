import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { execute } from "../execute.ts";
import { EtcCopies } from "./EtcCopies.ts";

describe("what runs see at /etc", () => {
  let etc: string;
  let copies: EtcCopies;
  beforeEach(async () => {
    etc = await mkdtemp(path.join(tmpdir(), "coder-etc-test-"));
    await mkdir(path.join(etc, "alternatives"));
    await symlink("/usr/bin/gawk", path.join(etc, "alternatives/awk"));
    await mkdir(path.join(etc, "ssl/certs"), { recursive: true });
    await writeFile(path.join(etc, "ssl/certs/bundle.crt"), "whom to trust");
    await mkdir(path.join(etc, "ssl/private"));
    await writeFile(path.join(etc, "zone"), "UTC");
    await symlink("zone", path.join(etc, "localtime"));
    await writeFile(path.join(etc, "shadow"), "secret");
    copies = new EtcCopies({ passwd: "coder\n" }, etc);
  });
  afterEach(async () => {
    await copies.close();
    await rm(etc, { recursive: true });
  });
  const isThere = (folder: string): Promise<boolean> => stat(folder).then(() => true, () => false);

  it("is what is named, and nothing else", async () => {
    const { folder } = await copies.use();
    expect((await readdir(folder, { recursive: true })).toSorted()).toEqual(["alternatives", "alternatives/awk", "localtime", "passwd", "ssl", "ssl/certs", "ssl/certs/bundle.crt"]);
    expect(await readlink(path.join(folder, "alternatives/awk"))).toBe("/usr/bin/gawk");
    expect(await readFile(path.join(folder, "localtime"), "utf8")).toBe("UTC");
    expect(await readFile(path.join(folder, "passwd"), "utf8")).toBe("coder\n");
  });

  it("can be read by every run, whatever the umask, and written by none but its owner", async () => {
    const before = process.umask(0o077);
    try {
      const { folder } = await copies.use();
      for (const [name, mode] of [["", 0o755], ["passwd", 0o644], ["ssl/certs", 0o755], ["ssl/certs/bundle.crt", 0o644]] as const) {
        expect([name, (await stat(path.join(folder, name))).mode & 0o777]).toEqual([name, mode]);
      }
    } finally {
      process.umask(before);
    }
  });

  it("is the same for all while the host's is the same", async () => {
    const [one, two] = await Promise.all([copies.use(), copies.use()]);
    expect(two.folder).toBe(one.folder);
    one.release();
    two.release();
    expect((await copies.use()).folder).toBe(one.folder);
  });

  it.each([
    ["a directory has another entry", () => writeFile(path.join(etc, "ssl/certs/more.crt"), "one more")],
    ["a file was replaced", async () => {
      await writeFile(path.join(etc, "new"), "CET");
      await rename(path.join(etc, "new"), path.join(etc, "zone"));
    }],
    ["a file has other rights", () => chmod(path.join(etc, "zone"), 0o600)],
    ["something is new", () => writeFile(path.join(etc, "ld.so.cache"), "libraries")],
  ])("is made again when %s; who sees the old one keeps it", async (_what, change) => {
    const [old, other] = [await copies.use(), await copies.use()];
    await change();
    const renewed = await copies.use();
    expect(renewed.folder).not.toBe(old.folder);
    old.release();
    expect(await isThere(path.join(old.folder, "passwd"))).toBe(true);
    other.release();
    expect(await isThere(old.folder)).toBe(false);
    expect(await isThere(path.join(renewed.folder, "passwd"))).toBe(true);
  });

  it("is made again when somebody took it away", async () => {
    const { folder } = await copies.use();
    await rm(folder, { recursive: true });
    expect(await isThere(path.join((await copies.use()).folder, "passwd"))).toBe(true);
  });

  it("goes at the end", async () => {
    const { folder, release } = await copies.use();
    release();
    await copies.close();
    expect(await isThere(folder)).toBe(false);
  });

  it("does not outlive for long the process that made it, even if that was killed", async () => {
    const { folder: kept } = await copies.use();
    const { stdout: left } = await execute(process.execPath, [path.join(import.meta.dirname, "../__fixtures__/leaves-etc.ts")], { timeoutMs: 30_000 });
    expect(await readdir(left)).toContain("passwd");
    const next = new EtcCopies({}, etc);
    await next.use();
    expect([await isThere(left), await isThere(kept)]).toEqual([false, true]);
    await next.close();
  });

  it("has what is there, where the host has nothing", async () => {
    await rm(etc, { recursive: true });
    await mkdir(etc);
    expect(await readdir((await copies.use()).folder)).toEqual(["passwd"]);
  });
});
