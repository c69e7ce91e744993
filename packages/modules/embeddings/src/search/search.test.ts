import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildSegment } from "../__fixtures__/build-segment.ts";
import { ProjectIndex } from "./ProjectIndex.ts";
import { search } from "./search.ts";
import { topChunks } from "./top-chunks.ts";

const FILES = [
  ["src/auth/session.ts", "/** Stops a session. */\nexport function revokeSession(id: string) { store.delete(id); notify(id); }\nexport function createSession(user: User) { return store.insert({ user, token: randomToken() }); }\n"],
  ["src/cart/total.ts", "export function totalPrice(items: Item[]) { return items.reduce((sum, item) => sum + item.price, 0); }\n"],
  ["src/text/levenshtein.py", "def edit_distance(left, right):\n    \"\"\"Counts how many letters must change.\"\"\"\n    return matrix(left, right)[-1][-1]\n"],
  ["docs/guide.md", "# Sessions\n\nA session ends when somebody signs out.\n"],
] as const;

async function indexOf(files: Iterable<readonly [string, string | null]> = FILES): Promise<ProjectIndex> {
  return new ProjectIndex([await buildSegment(files)]);
}

const found = (index: ProjectIndex, query: string, more: object = {}) => search(index, { query, limit: 10, ...more }).map(({ path, symbol }) => symbol ?? path);

describe("search", () => {
  it("finds functions by what they do, and says why", async () => {
    const index = await indexOf();
    const [first] = search(index, { query: "stop a session", limit: 5 });
    expect(first).toMatchObject({ path: "src/auth/session.ts", symbol: "revokeSession", kind: "function", language: "typescript", startLine: 1, endLine: 2, preview: "export function revokeSession(id: string) { store.delete(id); notify(id); }" });
    expect(first?.reason.parts.find(({ signal }) => signal === "name")?.terms).toContain("session");
    expect(first?.reason.parts.find(({ signal }) => signal === "documentation")?.terms).toContain("stop");
    expect(first?.reason.summary).toMatch(/^[A-Z].*session/);
    expect(first?.reason.parts.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 1);
  });

  it("forgives spelling in names, and says that it was the spelling", async () => {
    const [first] = search(await indexOf(), { query: "totalling pricing", limit: 3 });
    expect(first).toMatchObject({ symbol: "totalPrice" });
    expect(first?.reason.parts.map(({ signal }) => signal)).toContain("spelling");
  });

  it("takes the path for a name too", async () => {
    expect(found(await indexOf(), "levenshtein")[0]).toBe("edit_distance");
  });

  it("keeps to a path and to languages", async () => {
    const index = await indexOf();
    expect(found(index, "session", { pathPrefix: "docs/" })).toEqual(["docs/guide.md"]);
    expect(found(index, "session", { languages: ["markdown", "python"] })).toEqual(["docs/guide.md"]);
    expect(found(index, "session", { languages: [] })).toEqual([]);
    expect(found(index, "session", { pathPrefix: "src/auth/session.ts" })).toEqual(expect.arrayContaining(["revokeSession", "createSession"]));
  });

  it("finds nothing for nothing", async () => {
    const index = await indexOf();
    expect(["", "   ", "the of return", "zzzzqqqq", "\ud800"].map((query) => found(index, query))).toEqual([[], [], [], [], []]);
    expect(found(new ProjectIndex([]), "session")).toEqual([]);
    expect(search(index, { query: "session", limit: 1 })).toHaveLength(1);
  });

  it("is surer of what it has all of", async () => {
    const index = await indexOf();
    const [sure, unsure] = [search(index, { query: "revoke session", limit: 1 })[0]?.score ?? 0, search(index, { query: "session kubernetes ingress gateway controller", limit: 1 })[0]?.score ?? 1];
    expect(sure).toBeGreaterThan(0.5);
    expect(unsure).toBeLessThan(0.3);
  });

  it("shows one hit for a long function", async () => {
    const long = `export function synchronize(remote) {\n${Array.from({ length: 120 }, (_unused, index) => `  const record${index} = synchronizeRecord(remote, ${index});`).join("\n")}\n}\n`;
    const index = await indexOf([["long.js", long], ["other.js", "export function synchronizeOnce(remote) { return remote.pull(); }"]]);
    expect(found(index, "synchronize record remote").sort()).toEqual(["synchronize", "synchronizeOnce"]);
  });

  it("knows the words that code has for those of its documentation", async () => {
    const pairs = Array.from({ length: 6 }, (_unused, index) => [`remove${index}.ts`, `/** Erases entry ${index}. */\nexport function drop${index}(entry) { purgeRecord(entry, ${index}); }\n`] as const);
    const others = Array.from({ length: 12 }, (_unused, index) => [`other${index}.ts`, `/** Draws figure ${index}. */\nexport function draw${index}(canvas) { canvas.stroke(${index}, "line"); }\n`] as const);
    const index = await indexOf([...pairs, ...others, ["plain.ts", "export function purgeRecord(record) { table.splice(record, 1); }\n"], ...FILES]);
    const hit = search(index, { query: "erase it", limit: 20 }).find(({ symbol }) => symbol === "purgeRecord");
    expect(hit?.reason.parts).toEqual([{ signal: "related words", weight: 1, terms: expect.arrayContaining(["purg"]) }]);
  });

  it("takes what an endpoint finds alike into the order", async () => {
    const segment = await buildSegment(FILES);
    const index = new ProjectIndex([segment]);
    const chunk = Array.from({ length: segment.chunkCount }, (_unused, local) => local).find((local) => segment.record(local).symbol === "totalPrice") ?? 0;
    const alike = [Buffer.from(segment.hash(chunk)).toString("hex"), "00".repeat(16)];
    const [first] = search(index, { query: "what a basket costs", limit: 5, alike }, 0.62);
    expect(first).toMatchObject({ symbol: "totalPrice", score: 0.62, reason: { parts: [{ signal: "endpoint", weight: 1, terms: [] }] } });
    expect(search(index, { query: "what a basket costs", limit: 5, alike, pathPrefix: "docs/" })).toEqual([]);
  });
});

describe("an index of several segments", () => {
  const names = ["parse", "date", "user", "cache", "token", "index", "order", "price"];
  const anyFile = fc.tuple(fc.constantFrom("a.ts", "b.ts", "lib/c.ts", "d.py", "e.md"), fc.option(fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), { minLength: 1, maxLength: 4 })));
  const textOf = (path: string, functions: readonly (readonly [string, string])[]) => functions.map(([one, two]) => (path.endsWith(".py") ? `def ${one}_${two}(x):\n    return ${two}(x)\n` : `/** Does ${two}. */\nfunction ${one}${two}() { return ${two}(); }\n`)).join("\n");

  it("answers as one of the newest files does, and never with what they hide", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(anyFile, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }), fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }), async (writes, words) => {
        const newest = new Map<string, string | null>();
        const segments = [];
        for (const write of writes) {
          const files = [...new Map(write.map(([path, functions]) => [path, functions === null ? null : textOf(path, functions)]))];
          segments.push(await buildSegment(files));
          for (const [path, text] of files) newest.set(path, text);
        }
        const whole = new ProjectIndex([await buildSegment([...newest].sort(([a], [b]) => (a < b ? -1 : 1)))]);
        const request = { query: words.join(" "), limit: 50 };
        expect(search(new ProjectIndex(segments), request)).toEqual(search(whole, request));
      }),
      { numRuns: 60 },
    );
  });
});

describe("topChunks", () => {
  it("gives what sorting gives", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { maxLength: 200 }), fc.integer({ min: 1, max: 30 }), (values, limit) => {
        const scores = Float64Array.from(values);
        const sorted = values.map((score, chunk) => ({ chunk, score })).filter(({ score, chunk }) => score > 0 && chunk % 3 > 0).sort((a, b) => b.score - a.score || a.chunk - b.chunk);
        expect(topChunks(scores, (chunk) => chunk % 3 > 0, limit, (a, b) => a - b)).toEqual(sorted.slice(0, limit));
      }),
    );
  });
});
