import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { indexFiles, openIndex, parseAlone, type MeasuredFile } from "@coder/embeddings/bench";
import { compare } from "./compare.ts";
import { countFinding, ratioFinding, type Benchmark, type Finding } from "./report.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
/** Third-party code as it is installed. */
const SOURCES = "node_modules/{date-fns,es-toolkit/dist,zod/src,openai/src,@trpc/server/src}/**/*.{js,mjs,ts}";
/** Half the speed of the parser: everything else takes as long again as parsing does. */
const GOAL = 2;
const EDIT_GOAL = 2;
const EDITS_PER_ROUND = 10;
const QUESTIONS = ["parse a date in a format", "group items by a key", "retry a request that failed", "debounce calls of a function", "validate an object against a schema"];

/** The index of search by meaning: against the parser alone, after an edit, and asked. */
export const indexBenchmark: Benchmark = {
  name: "Index against the parser alone",
  run: async () => {
    const files = readSources();
    const megabytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / 1e6;
    const [small, large] = [await project(files.slice(0, 200)), await project(files.slice(0, 2_000))];
    const building = await compare(async () => void (await indexFiles(files)), async () => void (await parseAlone(files)));
    const editing = await compare(() => large.edit(), () => small.edit());
    const findings: Finding[] = [
      ratioFinding(`${files.length} files, ${megabytes.toFixed(1)} MB: parsed, cut, counted and packed, against parsed`, building, GOAL),
      ratioFinding("One edited file of 2,000, against one of 200", editing, EDIT_GOAL),
      countFinding("Files parsed after one edit in 2,000", large.parsed(), 1, "files"),
      countFinding("Files parsed when nothing changed", (await indexFiles(large.files, [large.table])).parsed, 0, "files"),
      countFinding(`A search in ${megabytes.toFixed(1)} MB, median`, await searchTime(files), 20, "ms"),
    ];
    return findings;
  },
};

function readSources(): MeasuredFile[] {
  return globSync(SOURCES, { cwd: ROOT })
    .filter((file) => !/\.(min|d)\.|\.d\.ts$/.test(file))
    .sort()
    .map((file) => {
      const text = readFileSync(path.join(ROOT, file), "utf8");
      return { path: file, text, sizeBytes: Buffer.byteLength(text), fingerprint: "1" };
    });
}

/** An indexed project in which one file is edited, each time anew. */
async function project(files: readonly MeasuredFile[]) {
  const { segment } = await indexFiles(files);
  const table = segment?.files ?? new Uint8Array();
  const at = files.findIndex(({ sizeBytes }) => sizeBytes > 3_000);
  const [edited] = files.slice(at);
  if (!edited) throw new Error("There is no file to edit");
  const changed = [...files];
  let edits = 0;
  let parsed = 0;
  return {
    files,
    table,
    parsed: () => parsed,
    edit: async () => {
      for (let edit = 0; edit < EDITS_PER_ROUND; edit++) {
        edits++;
        changed[at] = { ...edited, text: `${edited.text}\n// Edit ${edits}\n`, fingerprint: `edit ${edits}` };
        ({ parsed } = await indexFiles(changed, [table]));
      }
    },
  };
}

async function searchTime(files: readonly MeasuredFile[]): Promise<number> {
  const { segment } = await indexFiles(files);
  const ask = openIndex(segment ? [segment.chunks] : []);
  const times: number[] = [];
  for (let round = 0; round < 20; round++) {
    for (const question of QUESTIONS) {
      const begun = performance.now();
      ask(question, 20);
      times.push(performance.now() - begun);
    }
  }
  return Math.round(times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0);
}
