import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { SegmentGlob } from "./glob.ts";
import { IgnoreFile } from "./IgnoreFile.ts";
import { IgnoreStack } from "./IgnoreStack.ts";

const root = mkdtempSync(path.join(tmpdir(), "coder-ignore-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const git = (cwd: string, args: readonly string[], input = "") =>
  spawnSync("git", args, { cwd, input, encoding: "utf8", env: { PATH: process.env["PATH"], HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1" } });

let next = 0;
/** A repository with these ignore files, and what git itself says of each path in it. */
function judge(files: Readonly<Record<string, string>>, paths: readonly string[]): { readonly mine: readonly string[]; readonly git: readonly string[] } {
  const folder = path.join(root, String((next += 1)));
  mkdirSync(folder);
  git(folder, ["init", "-q", "--template="]);
  for (const name of paths) {
    mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(folder, name), "");
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  const hidden = git(folder, ["check-ignore", "--no-index", "-z", "--stdin"], paths.join("\0")).stdout.split("\0").filter(Boolean);
  const read = (file: string) => {
    try {
      return readFileSync(path.join(folder, file), "utf8");
    } catch {
      return null;
    }
  };
  const mine = paths.filter((name) => {
    const segments = name.split("/");
    const stack = segments.slice(0, -1).reduce((above, segment) => above.enter(segment, read), IgnoreStack.root(read));
    return stack.hides(segments.at(-1) ?? "", false);
  });
  return { mine: mine.toSorted(), git: hidden.toSorted() };
}

describe("ignore files", () => {
  it.each([
    ["*.log\n!keep.log\n", ["a.log", "keep.log", "deep/b.log", "deep/keep.log"]],
    ["/build\ndist/\n", ["build/x", "a/build/x", "dist/x", "a/dist/x", "a/dist2"]],
    ["a/**/b\n**/c/d\ne/**\n", ["a/b", "a/x/b", "a/x/y/b", "z/a/b", "c/d", "x/y/c/d", "e/f/g", "e/h", "x/e/f"]],
    ["doc/*.txt\n", ["doc/a.txt", "doc/sub/a.txt", "x/doc/a.txt"]],
    ["\\#file\n\\!important\n# a comment\ntrailing\\ \nblank   \n", ["#file", "!important", "trailing ", "blank", "# a comment"]],
    ["[a-c]x\n[!a-c]y\n[^d]z\n[]]q\n[[:digit:]]w\n[\n", ["ax", "dx", "ay", "dy", "dz", "az", "]q", "1w", "xw", "["]],
    ["foo**bar\n?ne\n\\*\n", ["fooXbar", "one", "ne", "*", "a"]],
    ["*\n!*/\n!*.ts\n", ["a.ts", "a.js", "sub/b.ts", "sub/b.js"]],
    ["sub\n!sub/kept\n", ["sub/kept", "sub/other"]],
    ["**\n", ["a", "b/c"]],
    ["crlf\r\n\ufeffbom\n", ["crlf", "bom"]],
  ])("%j are read as git reads them", (source, paths) => {
    const { mine, git: expected } = judge({ ".gitignore": source }, paths);
    expect(mine).toEqual(expected);
  });

  it("combines files of several folders as git does", () => {
    const files = { ".gitignore": "*.tmp\n/only-here\n", "sub/.gitignore": "!kept.tmp\nlocal\n", ".git/info/exclude": "excluded\n" };
    const { mine, git: expected } = judge(files, ["a.tmp", "sub/a.tmp", "sub/kept.tmp", "sub/deep/kept.tmp", "local", "sub/local", "only-here", "sub/only-here", "excluded", "sub/excluded"]);
    expect(mine).toEqual(expected);
    expect(mine.length).toBeGreaterThan(4);
  });

  it("lets an .ignore anywhere above win over every .gitignore", () => {
    const texts: Readonly<Record<string, string>> = { ".ignore": "!generated.ts\n", "src/.gitignore": "generated.ts\n", ".rgignore": "secret.ts\n", "src/.ignore": "!secret.ts\n" };
    const read = (file: string) => texts[file] ?? null;
    const src = IgnoreStack.root(read).enter("src", read);
    expect([src.hides("generated.ts", false), src.hides("secret.ts", false), src.hides(".git", true), src.hides(".git", false)]).toEqual([false, true, true, false]);
  });

  it("agrees with git on patterns and paths of every kind", () => {
    const name = fc.stringMatching(/^[abc.]{1,3}$/).filter((text) => !/^\.+$/.test(text));
    // Stars beside letters are one star, says git's manual; git itself compares the letters first and then finds two stars alone: to it, `c**/*` matches `cb`.
    const isMisread = (text: string) => /^[abc.]+\*{2,}$/.test(text);
    const glob = fc.oneof(name, fc.stringMatching(/^[abc*?.]{1,4}$/).filter((text) => !isMisread(text)), fc.constantFrom("*", "**", "[ab]", "[!a]*", "\\a"));
    const line = fc
      .tuple(fc.constantFrom("", "!"), fc.constantFrom("", "/"), fc.array(glob, { minLength: 1, maxLength: 3 }), fc.constantFrom("", "/"))
      .map(([not, start, parts, end]) => not + start + parts.join("/") + end);
    const paths = fc.uniqueArray(fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")), { minLength: 1, maxLength: 8 }).map((all) => {
      // A name is a file or a folder, not both.
      return all.filter((one) => !all.some((other) => other.startsWith(`${one}/`)));
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), fc.array(line, { maxLength: 2 }), paths, (top, below, all) => {
        const folder = all.find((one) => one.includes("/"))?.split("/")[0];
        const files = { ".gitignore": `${top.join("\n")}\n`, ...(folder === undefined ? {} : { [`${folder}/.gitignore`]: `${below.join("\n")}\n` }) };
        const { mine, git: expected } = judge(files, all);
        expect(mine).toEqual(expected);
      }),
      { numRuns: 120 },
    );
  }, 60_000);

  it("takes no longer for patterns made to take long", () => {
    const started = performance.now();
    expect(new SegmentGlob(`${"*a".repeat(100)}b`).matches("a".repeat(255))).toBe(false);
    expect(new IgnoreFile(`${"**/a/".repeat(200)}b`).verdict(Array.from({ length: 2_000 }, () => "a"), false)).toBeNull();
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
