import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeFiles, type FileEntry } from "../store/file-table.ts";
import type { NewSegment } from "../store/SegmentStore.ts";
import { indexMethods } from "../threads/index-methods.ts";
import type { ListedFile, ReadFile } from "./IndexBuild.ts";

const MAX_BYTES = 400;
const PATHS = ["a.ts", "b.py", "lib/c.ts", "notes.md", "package-lock.json"];
const TEXTS = ["export function one() {\n  return 1;\n}\n", "def two():\n    return 2\n", "# Three\n\nWords.\n", "", "nul\0nul", `// ${"long ".repeat(100)}\n`];

/** A file as the project has it. `null`: one that cannot be read. `again`: as often as its fingerprint changed. */
interface ProjectFile {
  readonly text: string | null;
  readonly again: number;
}
type Project = ReadonlyMap<string, ProjectFile>;

interface Outcome {
  readonly segments: readonly NewSegment[];
  readonly wanted: readonly string[];
  readonly counts: unknown;
}

function listed(project: Project): ListedFile[] {
  return [...project].map(([path, { text, again }]) => ({ path, sizeBytes: Buffer.byteLength(text ?? ""), fingerprint: `${text?.length ?? "-"} ${TEXTS.indexOf(text ?? "-")} ${again}` }));
}

/** One run, in pieces of two files, with a segment stored after each that `cuts` names. */
async function run(project: Project, before: readonly NewSegment[], options: { readonly staged?: readonly NewSegment[]; readonly cuts?: readonly boolean[]; readonly only?: number; readonly gone?: ReadonlySet<string> } = {}): Promise<Outcome> {
  const { staged = [], cuts = [], only = Number.POSITIVE_INFINITY, gone = new Set() } = options;
  const methods = indexMethods();
  methods.begin({ tables: before.map(({ files }) => files), staged: staged.map(({ files }) => files), maxFileBytes: MAX_BYTES, texts: true });
  const wanted = methods.plan(listed(project));
  const segments: NewSegment[] = [];
  const flush = () => segments.push(...[methods.flush(null)].filter((segment) => segment !== null));
  for (let at = 0; at < Math.min(wanted.length, only); at += 2) {
    const read = wanted.slice(at, at + 2).map((file): ReadFile => {
      const text = gone.has(file.path) ? null : (project.get(file.path)?.text ?? null);
      return { ...file, text, reason: gone.has(file.path) ? "missing" : text === null ? "unreadable" : null };
    });
    await methods.take(read);
    if (cuts[at / 2]) flush();
  }
  if (only === Number.POSITIVE_INFINITY) {
    methods.removeUnseen(null);
    flush();
  }
  return { segments, wanted: wanted.map(({ path }) => path), counts: methods.counts(null) };
}

/** What the segments say when they are put together: files, and the chunks that are found. */
function together(segments: readonly NewSegment[]): { readonly files: readonly FileEntry[]; readonly hashes: readonly string[]; readonly chunks: number } {
  if (segments.length === 0) return { files: [], hashes: [], chunks: 0 };
  const methods = indexMethods();
  const merged = methods.merge({ segments, keepHidden: false });
  return { files: decodeFiles(merged.files), hashes: [...methods.hashes([merged.chunks])].sort(), chunks: merged.chunkCount };
}

const file = fc.record({ text: fc.constantFrom(...TEXTS, null), again: fc.nat(1) });
const project = fc.uniqueArray(fc.tuple(fc.constantFrom(...PATHS), file), { selector: ([path]) => path }).map((files): Project => new Map(files));
const step = fc.record({ project, cuts: fc.array(fc.boolean(), { maxLength: 3 }) });

describe("an indexing run", () => {
  it("brings the index to where a first run over the same files would, whatever went before, and reads what changed alone", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
        let segments: NewSegment[] = [];
        let known: Project = new Map();
        for (const { project: now, cuts } of steps) {
          const before = new Map(listed(known).map((each) => [each.path, each.fingerprint]));
          const outcome = await run(now, segments, { cuts });
          const expected = listed(now).filter(({ path, fingerprint, sizeBytes }) => before.get(path) !== fingerprint && sizeBytes <= MAX_BYTES);
          expect(outcome.wanted).toEqual(expected.map(({ path }) => path));
          segments = [...segments, ...outcome.segments];
          known = now;
          const first = await run(now, []);
          expect(outcome.counts).toEqual(first.counts);
          expect(together(segments)).toEqual(together(first.segments));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("goes on after it was interrupted with what it had stored", async () => {
    await fc.assert(
      fc.asyncProperty(project, project, fc.nat(4), async (old, now, only) => {
        const { segments } = await run(old, []);
        const interrupted = await run(now, segments, { only, cuts: [true, true, true] });
        const stored = interrupted.segments;
        const rest = await run(now, segments, { staged: stored });
        const taken = interrupted.wanted.slice(0, Math.ceil(Math.min(only, interrupted.wanted.length) / 2) * 2);
        for (const path of taken) expect(rest.wanted).not.toContain(path);
        const first = await run(now, []);
        expect(rest.counts).toEqual(first.counts);
        expect(together([...segments, ...stored, ...rest.segments])).toEqual(together(first.segments));
      }),
      { numRuns: 60 },
    );
  });

  it("takes a file that went between the listing and the reading for one that is not there", async () => {
    const now: Project = new Map([["a.ts", { text: TEXTS[0] ?? "", again: 0 }], ["b.py", { text: TEXTS[1] ?? "", again: 0 }]]);
    const before = await run(now, []);
    const changed: Project = new Map([...now].map(([path, { text }]) => [path, { text, again: 1 }]));
    const { segments, counts } = await run(changed, before.segments, { gone: new Set(["b.py"]) });
    expect(together([...before.segments, ...segments]).files.map(({ path }) => path)).toEqual(["a.ts"]);
    expect(counts).toMatchObject({ files: 1, languages: [{ language: "typescript", files: 1 }] });
  });

  it("has nothing to store when nothing changed, and is told apart from one that has not begun", async () => {
    const now: Project = new Map([["a.ts", { text: TEXTS[0] ?? "", again: 0 }]]);
    const { segments } = await run(now, []);
    expect(await run(now, segments)).toMatchObject({ segments: [], wanted: [] });
    const methods = indexMethods();
    methods.begin({ tables: [], staged: [], maxFileBytes: MAX_BYTES, texts: false });
    methods.reset(null);
    expect(() => methods.flush(null)).toThrow("has not begun");
  });
});
