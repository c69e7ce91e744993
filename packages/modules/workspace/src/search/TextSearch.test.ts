import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as turn } from "node:timers/promises";
import { SearchTextInputSchema, type SearchItem, type SearchTextInput } from "@coder/api/workspace";
import { outcome, somebody } from "@coder/testing";
import { textOfBytes } from "@coder/work-tree";
import { rgPath } from "@vscode/ripgrep";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { longestBlock } from "../files/__fixtures__/longest-block.ts";
import { openTestWorkspace, type TestWorkspace } from "../files/__fixtures__/test-workspace.ts";
import { lineOfMessage } from "./ripgrep-message.ts";

let workspace: TestWorkspace;
const on = (at: string) => path.join(workspace.directory.tree, at);

beforeAll(async () => {
  workspace = await openTestWorkspace();
  // Third-party files of many kinds.
  await mkdir(on("third-party"));
  for (const name of ["zod", "pino", "fast-check"]) execFileSync("cp", ["-rL", path.join(NODE_MODULES, name), on(`third-party/${name}`)]);
  await mkdir(on("odd/deep"), { recursive: true });
  const files: Readonly<Record<string, string | Buffer>> = {
    "odd/crlf.txt": "foo bar\r\nbar foo\r\n\r\nfoo\r\n",
    "odd/bom.txt": "\ufefffoo first\nsecond foo\n",
    "odd/utf16.txt": Buffer.from("\ufefffoo ü 🎉 foo\nbar\n", "utf16le"),
    "odd/wide.txt": "🎉 foo é foo\nfoo ﬃ Foo\n日本語 foo\n",
    "odd/latin1.txt": Buffer.from("caf\xe9 foo \xff\xfe foo\n", "latin1"),
    "odd/binary.bin": Buffer.from("foo\n\0\x01foo\n"),
    "odd/late-binary.bin": Buffer.concat([Buffer.from("foo\n".repeat(30_000)), Buffer.from([0]), Buffer.from("foo\n")]),
    "odd/no-end.txt": "foo",
    "odd/empty.txt": "",
    "odd/long.txt": `${"x".repeat(5_000)}foo${"ü".repeat(5_000)}foo\n`,
    "odd/.hidden": "foo\n",
    "odd/-dash.txt": "foo\n",
    "odd/new\nline.txt": "foo\n",
    "odd/deep/ignored.log": "foo\n",
    ".git/config": "foo\n",
    ".gitignore": "*.log\n",
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(on(name)), { recursive: true });
    await writeFile(on(name), content);
  }
  await writeFile(Buffer.concat([Buffer.from(on("odd/n")), Buffer.from([0xff, 0xe9])]), "foo\n");
  await symlink("/etc/passwd", on("odd/link"));
  await symlink("deep", on("odd/folder-link"));
});
afterAll(() => workspace.close());

const NODE_MODULES = path.resolve(import.meta.dirname, "../../../../../node_modules");

type Given = Readonly<Partial<Omit<SearchTextInput, "query" | "include" | "exclude">>> & { readonly query: string; readonly include?: readonly string[]; readonly exclude?: readonly string[] };
const asked = (given: Given): SearchTextInput => SearchTextInputSchema.parse({ projectId: workspace.project.id, maxMatches: 20_000, ...given });
const signal = () => new AbortController().signal;

async function search(given: Given): Promise<{ readonly hits: readonly string[]; readonly items: readonly SearchItem[] }> {
  const items: SearchItem[] = [];
  for await (const item of workspace.service.searchText(workspace.caller, asked(given), signal())) items.push(item);
  const hits = items.flatMap((item) => (item.done ? [] : item.files.flatMap((file) => file.matches.flatMap(({ line, ranges }) => ranges.map(({ start, end }) => `${file.path}:${line}:${start}-${end}`)))));
  return { hits: hits.toSorted(), items };
}

const TextSchema = z.union([z.object({ text: z.string() }), z.object({ bytes: z.string() })]);
const MatchSchema = z.object({
  type: z.literal("match"),
  data: z.object({ path: TextSchema, lines: TextSchema, line_number: z.int(), submatches: z.array(z.object({ start: z.int(), end: z.int() })) }),
});
const bytes = (text: z.output<typeof TextSchema>) => ("text" in text ? Buffer.from(text.text) : Buffer.from(text.bytes, "base64"));

/** What the bare binary says, its columns counted by decoding each beginning of the line. */
function bare(args: readonly string[]): { readonly hits: readonly string[]; readonly status: number | null; readonly stderr: string } {
  const { stdout, stderr, status } = spawnSync(rgPath, ["--no-config", "--json", "--hidden", "--crlf", "--no-require-git", "--no-ignore-parent", "--no-ignore-global", ...args, "-g", "!.git", "."], {
    cwd: workspace.directory.tree, encoding: "utf8", maxBuffer: 1024 ** 3,
  });
  const hits = stdout.split("\n").flatMap((line) => {
    const message = MatchSchema.safeParse(line === "" ? null : JSON.parse(line)).data;
    if (!message) return [];
    const { path: at, lines, line_number: number, submatches } = message.data;
    const text = bytes(lines);
    const length = text.toString().replace(/\r?\n$/, "").length;
    const column = (offset: number) => Math.min(text.subarray(0, offset).toString().length, length);
    return submatches.map(({ start, end }) => `${textOfBytes(bytes(at)).slice(2)}:${number}:${column(start)}-${column(end)}`);
  });
  return { hits: hits.toSorted(), status, stderr };
}

describe("searchText", () => {
  it("finds hit for hit what ripgrep finds, in files of every kind", async () => {
    const { hits } = await search({ query: "foo" });
    expect(hits).toEqual(bare(["-i", "-F", "-e", "foo"]).hits);
    expect(hits.length).toBeGreaterThan(30);
    for (const expected of ["odd/wide.txt:1:3-6", "odd/wide.txt:1:9-12", "odd/utf16.txt:1:9-12", "odd/bom.txt:1:0-3", "odd/crlf.txt:2:4-7", "odd/latin1.txt:1:5-8", "odd/n\udcff\udce9:1:0-3", "odd/new\nline.txt:1:0-3", "odd/.hidden:1:0-3"]) {
      expect(hits).toContain(expected);
    }
    expect(hits.filter((hit) => hit.startsWith(".git/") || hit.startsWith("odd/link") || hit.startsWith("odd/folder-link") || hit.includes(".log"))).toEqual([]);
  });

  it.each([
    ["a regular expression", { query: "fo+$", regex: true }, ["-i", "-e", "fo+$"]],
    ["an expression that takes lines' ends into account", { query: "^$", regex: true, include: ["odd/**"] }, ["-i", "-g", "odd/**", "-e", "^$"]],
    ["case", { query: "Foo", caseSensitive: true }, ["-s", "-F", "-e", "Foo"]],
    ["words", { query: "schema", wholeWord: true, caseSensitive: true }, ["-s", "-F", "-w", "-e", "schema"]],
    ["a query that begins with a dash", { query: "--foo" }, ["-i", "-F", "-e", "--foo"]],
    ["characters that mean something in an expression", { query: "(.*)[" }, ["-i", "-F", "-e", "(.*)["]],
    ["only some files", { query: "foo", include: ["*.txt", "third-party/pino"] }, ["-i", "-F", "-g", "*.txt", "-g", "third-party/pino/**", "-e", "foo"]],
    ["all but some files", { query: "foo", exclude: ["*.txt", "third-party/"] }, ["-i", "-F", "-g", "!*.txt", "-g", "!third-party", "-e", "foo"]],
    ["what is ignored too", { query: "foo", useIgnoreFiles: false }, ["-i", "-F", "--no-ignore", "-e", "foo"]],
    ["what is not ASCII", { query: "É", include: ["odd"] }, ["-i", "-F", "-g", "odd/**", "-e", "É"]],
  ] as const)("takes %s as ripgrep does", async (_what, given, args) => {
    const { hits } = await search(given);
    expect(hits).toEqual(bare(args).hits);
  });

  it("agrees with ripgrep on queries of every kind", async () => {
    const literal = fc.oneof(fc.constantFrom("foo", "the", "z.", "=>", "é", "🎉", "ü", ".*", "\\", "(", "'", '"', "$", "--", "é "), fc.string({ minLength: 1, maxLength: 3 }).filter((text) => !/[\0\r\n]/.test(text) && text.isWellFormed()));
    const expression = fc.constantFrom("fo*", "[a-f]{3}\\b", "^import .*", "\\w+\\(\\)", "(foo|bar)", ".", "\\s+$", "x{2,}", "\\bz\\.\\w+", "[^\\x00-\\x7f]", "(?-u:\\xff)", "$", "a|");
    const options = fc.record({ caseSensitive: fc.boolean(), wholeWord: fc.boolean(), include: fc.constantFrom([], ["odd"], ["*.txt", "*.md"], ["**/{package,tsconfig}.json"]), exclude: fc.constantFrom([], ["*.d.ts"], ["third-party/fast-check"]) });
    await fc.assert(
      fc.asyncProperty(fc.oneof(literal.map((query) => ({ query, regex: false })), expression.map((query) => ({ query, regex: true }))), options, async ({ query, regex }, { caseSensitive, wholeWord, include, exclude }) => {
        const args = [caseSensitive ? "-s" : "-i", ...(regex ? [] : ["-F"]), ...(wholeWord ? ["-w"] : [])];
        const globs = [...include.flatMap((glob) => ["-g", glob, "-g", `${glob}/**`]), ...exclude.flatMap((glob) => ["-g", `!${glob}`])];
        const expected = bare([...args, ...globs, "-e", query]).hits;
        fc.pre(expected.length < 20_000);
        const { hits } = await search({ query, regex, caseSensitive, wholeWord, include, exclude });
        expect(hits).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  }, 240_000);

  it("shows the line, or of a long one what is around the match, and lines beside it when they are asked for", async () => {
    const { items } = await search({ query: "bar foo", contextLines: 1, include: ["crlf.txt"] });
    const [first] = items;
    expect(first).toEqual({ done: false, files: [{ path: "odd/crlf.txt", matches: [
      { line: 1, ranges: [], text: "foo bar", textStart: 0 }, { line: 2, ranges: [{ start: 0, end: 7 }], text: "bar foo", textStart: 0 }, { line: 3, ranges: [], text: "", textStart: 0 },
    ] }] });
    const long = (await search({ query: "foo", include: ["long.txt"] })).items[0];
    const match = long?.done === false ? long.files[0]?.matches[0] : undefined;
    expect(match?.ranges).toEqual([{ start: 5_000, end: 5_003 }, { start: 10_003, end: 10_006 }]);
    expect([match?.text.length, match?.text.slice(5_000 - (match?.textStart ?? 0)).slice(0, 3)]).toEqual([500, "foo"]);
    const whole = (await readFile(on("odd/long.txt"), "utf8")).slice(match?.textStart, (match?.textStart ?? 0) + 500);
    expect(match?.text).toBe(whole);
  });

  it("ends with how much there was, and stops at the most that is wanted", async () => {
    const all = bare(["-i", "-F", "-e", "foo"]).hits;
    const { items } = await search({ query: "foo" });
    expect(items.at(-1)).toMatchObject({ done: true, summary: { matches: all.length, files: new Set(all.map((hit) => hit.split(":")[0])).size, limited: false } });
    const { hits, items: some } = await search({ query: "e", maxMatches: 100 });
    expect(hits).toHaveLength(100);
    expect(some.at(-1)).toMatchObject({ done: true, summary: { matches: 100, limited: true } });
    const once = await workspace.as("member").searchOnce({ projectId: workspace.project.id, query: "foo", include: ["odd"] });
    expect(once.files.flatMap((file) => file.matches.flatMap((match) => match.ranges))).toHaveLength(once.summary.matches);
    expect(once.summary.matches).toBeGreaterThan(900);
  });

  it("says what is wrong with an expression or a pattern in ripgrep's own words", async () => {
    for (const given of [{ query: "(", regex: true }, { query: "a{1000}{1000}{1000}", regex: true }, { query: "a", include: ["[z"] }] as const) {
      const refused = await search(given).catch((error: unknown) => error);
      const include = "include" in given ? ["-g", given.include[0]] : [];
      expect(refused).toMatchObject({ code: "search_invalid", httpStatus: 400 });
      expect(bare([...include, "-i", "-e", given.query]).stderr).toContain(refused instanceof Error ? refused.message.split("\n")[0] : "-");
    }
  });

  it("reads lines of many megabytes without holding anybody up", async () => {
    await writeFile(on("minified.js"), `${"var a=1;".repeat(1_500_000)}needle${"ü".repeat(1_000)}needle\n`);
    const said = execFileSync(rgPath, ["--json", "needle", on("minified.js")], { maxBuffer: 64 * 1024 ** 2 });
    const lineAt = said.indexOf("\n") + 1;
    let hits: readonly string[] = [];
    let [piecemeal, whole] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    // The best of some: the others say how busy the machine is.
    for (let round = 0; round < 3; round += 1) {
      piecemeal = Math.min(piecemeal, await longestBlock(async () => void ({ hits } = await search({ query: "needle" }))));
      whole = Math.min(whole, await longestBlock(async () => {
        expect(lineOfMessage(said.toString("utf8", lineAt, said.indexOf("\n", lineAt)))?.match.line).toBe(1);
        await turn(5);
      }));
    }
    expect(hits).toEqual(bare(["-i", "-F", "-e", "needle"]).hits);
    expect(hits).toContain("minified.js:1:12000000-12000006");
    expect(piecemeal).toBeLessThan(whole / 2);
  });

  it("is over when nobody wants it any more", async () => {
    const stop = new AbortController();
    const items = workspace.service.searchText(workspace.caller, asked({ query: ".", regex: true }), stop.signal)[Symbol.asyncIterator]();
    expect(await items.next()).toMatchObject({ done: false });
    stop.abort(new Error("gone"));
    const started = performance.now();
    await expect((async () => { while (!(await items.next()).done); })()).rejects.toThrow("gone");
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it("gives another organization nothing, and auditors nothing", async () => {
    const { id: projectId } = workspace.project;
    expect(await outcome(workspace.as("owner", somebody()).searchOnce({ projectId, query: "foo" }))).toBe("project_not_found");
    expect(await outcome(workspace.as("auditor").searchOnce({ projectId, query: "foo" }))).toBe("permission_missing");
    const stream = await workspace.as("owner", somebody()).searchText({ projectId, query: "foo" });
    expect(await outcome((async () => { for await (const _item of stream); })())).toBe("project_not_found");
  });
});
