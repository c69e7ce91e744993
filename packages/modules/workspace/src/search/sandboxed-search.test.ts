import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { link, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { SearchTextInputSchema, type SearchItem } from "@coder/api/workspace";
import { createSandbox } from "@coder/sandbox";
import { silentLogger } from "@coder/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestWorkspace, type TestWorkspace } from "../files/__fixtures__/test-workspace.ts";

const hasBubblewrap = spawnSync("bwrap", ["--version"]).status === 0;

/** The same search as the product runs it. */
describe.skipIf(!hasBubblewrap)("text search in the sandbox (needs bubblewrap)", () => {
  let data: string;
  let sandbox: Awaited<ReturnType<typeof createSandbox>>;
  let workspace: TestWorkspace;
  const on = (at: string) => path.join(workspace.directory.tree, at);
  const input = (query: string) => SearchTextInputSchema.parse({ projectId: workspace.project.id, query, maxMatches: 20_000 });
  const search = async (query: string, signal = new AbortController().signal): Promise<readonly SearchItem[]> => {
    const items: SearchItem[] = [];
    for await (const item of workspace.service.searchText(workspace.caller, input(query), signal)) items.push(item);
    return items;
  };
  const textOf = (items: readonly SearchItem[]) => items.flatMap((item) => (item.done ? [] : item.files.flatMap((file) => file.matches.map((match) => `${file.path}:${match.text}`))));

  beforeAll(async () => {
    data = await mkdtemp(path.join(tmpdir(), "coder-search-"));
    sandbox = await createSandbox({ dataDirectory: data, allowBareProcess: () => false, log: silentLogger });
    workspace = await openTestWorkspace({ dataDirectory: data, sandbox });
    await sandbox.prepareTree(workspace.directory.tree);
    execFileSync("cp", ["-rL", path.resolve(import.meta.dirname, "../../../../../node_modules/zod"), on("zod")]);
    await writeFile(on("inside"), "root: inside\n");
    await sandbox.adoptTree(workspace.directory.tree);
  }, 60_000);
  afterAll(async () => {
    await workspace?.close();
    await sandbox?.close();
    if (data !== undefined) await rm(data, { recursive: true, force: true });
  });

  it("finds what ripgrep finds without it", async () => {
    const items = await search("ZodType");
    const counted = spawnSync("grep", ["-rIoi", "ZodType", "."], { cwd: workspace.directory.tree, encoding: "latin1", maxBuffer: 1024 ** 3 }).stdout.split("\n").length - 1;
    const last = items.at(-1);
    expect(last?.done === true ? last.summary.matches : 0).toBe(counted);
    expect(counted).toBeGreaterThan(500);
    expect(await search("(").then(textOf)).not.toEqual([]);
  });

  it("never leads out of the project, however its folders are swapped while it runs", async () => {
    const [folder, etc] = [path.join(data, "folder"), path.join(data, "link")];
    execFileSync("cp", ["-r", on("zod"), folder]);
    await symlink("/etc", etc);
    await writeFile(path.join(data, "outside"), "root: outside\n");
    const end = new AbortController();
    const swap = (async () => {
      for (let round = 0; !end.signal.aborted; round += 1) {
        const thing = round % 2 === 0 ? folder : etc;
        await rename(thing, on("swapped"));
        await rename(on("swapped"), thing);
      }
    })();
    for (let round = 0; round < 20; round += 1) {
      const found = textOf(await search("root:"));
      expect(found).toContain("inside:root: inside");
      expect(found.filter((hit) => hit.includes("root:x:0") || hit.includes("outside"))).toEqual([]);
    }
    end.abort();
    await swap;
  }, 60_000);

  it("is gone when nobody wants it any more", async () => {
    const stop = new AbortController();
    const needle = "needle-that-nobody-has";
    // The program itself, and not what it was started by.
    const program = `^/opt/ripgrep/rg .*${needle}`;
    // Twenty gigabytes to go through, on twenty megabytes of disk.
    await writeFile(on("large"), Buffer.alloc(20 * 1024 * 1024, "abcdefgh\n"));
    for (let name = 0; name < 1_000; name += 1) await link(on("large"), on(`large-${name}`));
    // Halted as soon as it is there: it would be through before anybody could give it up.
    const watch = spawn("sh", ["-c", 'until pid=$(pgrep -f "$1"); do :; done; kill -STOP $pid', "sh", program], { stdio: "ignore" });
    const halted = once(watch, "exit");
    const searching = search(needle, stop.signal);
    expect(await halted).toEqual([0, null]);
    stop.abort(new Error("gone"));
    await expect(searching).rejects.toThrow("gone");
    expect(spawnSync("pgrep", ["-f", program], { encoding: "utf8" }).stdout).toBe("");
  }, 30_000);
});
