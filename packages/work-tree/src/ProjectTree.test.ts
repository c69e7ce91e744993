import { lstat, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { outcome } from "@coder/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytesOfText, textOfBytes } from "./path-bytes.ts";
import { readContent } from "./FileContent.ts";
import { joined, ProjectTree } from "./ProjectTree.ts";

let base: string;
let root: string;
let tree: ProjectTree;
const outside = () => path.join(base, "outside");

beforeAll(async () => {
  base = await mkdtemp(path.join(tmpdir(), "coder-tree-"));
  root = path.join(base, "tree");
  tree = new ProjectTree(root);
  await mkdir(path.join(root, "a/b"), { recursive: true });
  await mkdir(outside());
  // A sibling whose name begins as the root's does.
  await mkdir(path.join(base, "tree-2"));
  await writeFile(path.join(outside(), "secret"), "secret");
  await writeFile(path.join(base, "tree-2", "secret"), "secret");
  await writeFile(path.join(root, "a/b/file"), "inside");
  await symlink("a/b", path.join(root, "to-b"));
  await symlink("../outside", path.join(root, "out"));
  await symlink(outside(), path.join(root, "out-absolute"));
  await symlink("../tree-2", path.join(root, "beside"));
  await symlink("loop-2", path.join(root, "loop-1"));
  await symlink("loop-1", path.join(root, "loop-2"));
  await symlink(".", path.join(root, "self"));
  await symlink("a/b/file", path.join(root, "link"));
  await symlink("../outside/secret", path.join(root, "link-out"));
});
afterAll(() => rm(base, { recursive: true, force: true }));

const content = async (at: string): Promise<string> => {
  const parts: Uint8Array[] = [];
  for await (const chunk of (await readContent(tree, at)).body()) parts.push(chunk);
  return Buffer.concat(parts).toString();
};

describe("ProjectTree", () => {
  it("follows links among the folders while they stay in the project, and knows the one path of what they lead to", async () => {
    expect(await content("to-b/file")).toBe("inside");
    expect(await tree.at("self/self/to-b/file", async (place) => place.path)).toBe("a/b/file");
    expect(await tree.in("self/to-b", async (_folder, at) => at)).toBe("a/b");
    expect(await tree.in("self", async (_folder, at) => at)).toBe("");
  });

  it.each(["out/secret", "out-absolute/secret", "beside/secret", "self/out/secret"])("refuses %s, which leads out of the project", async (at) => {
    expect(await outcome(content(at))).toBe("outside_project");
    expect(await outcome(tree.in(path.dirname(at), async () => null))).toBe("outside_project");
  });

  it("never follows the last part", async () => {
    expect([await outcome(content("link")), await outcome(content("link-out")), await outcome(content("loop-1"))]).toEqual(["not_a_file", "not_a_file", "not_a_file"]);
    expect(await tree.follow("link")).toMatchObject({ path: "a/b/file" });
    expect(await outcome(tree.follow("link-out"))).toBe("outside_project");
    expect(await outcome(tree.follow("loop-1"))).toBe("link_loop");
  });

  it("says what is wrong with a path", async () => {
    expect(await outcome(content("loop-1/file"))).toBe("link_loop");
    expect(await outcome(content("a/missing"))).toBe("entry_not_found");
    expect(await outcome(content("a/b/file/below"))).toBe("entry_not_found");
    expect(await outcome(tree.in("a/b/file", async () => null))).toBe("not_a_folder");
    expect(await outcome(content("a/b"))).toBe("not_a_file");
    for (const bad of ["/etc/passwd", "..", "a/../../outside/secret", "a//b", "./a", "a/.", "a\0b", "a/", "\ud800", "\udc00", "\udcc3\udca9"]) {
      expect([bad, await outcome(content(bad))]).toEqual([bad, "path_invalid"]);
    }
    expect(await outcome(content(`a/${"x".repeat(256)}`))).toBe("path_invalid");
  });

  it("reaches every name there is, and only it", async () => {
    const name = fc.uint8Array({ minLength: 1, maxLength: 40 }).filter((bytes) => !bytes.includes(0) && !bytes.includes(0x2f) && !/^\.{1,2}$/.test(Buffer.from(bytes).toString("latin1")));
    await fc.assert(
      fc.asyncProperty(name, fc.uint8Array({ maxLength: 20 }), async (bytes, text) => {
        const at = joined(Buffer.from(root), bytes);
        // Folders and links of the other tests have names, too.
        fc.pre((await lstat(Buffer.from(at)).catch(() => null)) === null);
        await writeFile(at, text);
        try {
          expect(Buffer.from(bytesOfText(textOfBytes(bytes)))).toEqual(Buffer.from(bytes));
          expect(await content(textOfBytes(bytes))).toBe(Buffer.from(text).toString());
        } finally {
          await rm(at);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("lets no text out of the project", async () => {
    const part = fc.oneof(fc.constantFrom("..", ".", "", "out", "self", "to-b", "link-out", "%2e%2e", "..%2f", "..\\", "secret", "outside", "\0", "～", "．．", "/"), fc.string({ maxLength: 6, unit: "binary" }));
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 6 }), async (parts) => {
        const result = await content(parts.join("/")).catch((error: unknown) => (error instanceof Error && "code" in error ? error.code : error));
        expect(["entry_not_found", "not_a_file", "outside_project", "path_invalid", "link_loop", "inside"]).toContain(result);
      }),
      { numRuns: 500 },
    );
  });

  it("stays in a folder that is swapped for a link out of the project while it is used", async () => {
    const swapped = path.join(root, "swapped");
    const [folder, link] = [path.join(base, "folder"), path.join(base, "link")];
    await mkdir(folder);
    await writeFile(path.join(folder, "secret"), "inside");
    await symlink(outside(), link);
    const end = new AbortController();
    const swap = (async () => {
      for (let round = 0; !end.signal.aborted; round += 1) {
        const thing = round % 2 === 0 ? folder : link;
        await rename(thing, swapped);
        await rename(swapped, thing);
      }
    })();
    const seen = new Map<string, number>();
    for (let round = 0; round < 4_000; round += 1) {
      const result = await content("swapped/secret").catch((error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : String(error)));
      seen.set(result, (seen.get(result) ?? 0) + 1);
    }
    end.abort();
    await swap;
    expect([...seen.keys()].filter((result) => !["inside", "outside_project", "entry_not_found"].includes(result))).toEqual([]);
    // Otherwise nothing was tried.
    expect(seen.get("inside")).toBeGreaterThan(10);
    expect(seen.get("outside_project")).toBeGreaterThan(10);
  });
});
