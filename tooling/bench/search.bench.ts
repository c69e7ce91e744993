import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { z } from "zod";
import { compare } from "./compare.ts";
import { childrenMeter } from "./meter.ts";
import { countFinding, ratioFinding, type Benchmark } from "./report.ts";
import { openBenchWorkspace, thirdPartyTree, type BenchWorkspace } from "./workspace.ts";

const GOAL_WHOLE = 1.5;
const GOAL_FIRST = 1.3;
const ROUNDS = 9;
/** What a search that finds much, some and nothing costs. */
const QUERIES = [
  { what: "some hits", query: "createContext" },
  { what: "many hits", query: "readonly" },
  { what: "no hit", query: "needle-that-nobody-has" },
] as const;

const ItemSchema = z.discriminatedUnion("done", [
  z.object({ done: z.literal(false), files: z.array(z.object({ path: z.string(), matches: z.array(z.object({ line: z.number(), ranges: z.array(z.unknown()) })) })) }),
  z.object({ done: z.literal(true), summary: z.object({ matches: z.number(), limited: z.boolean() }) }),
]);
const MatchSchema = z.object({ type: z.literal("match"), data: z.object({ path: z.object({ text: z.string() }), line_number: z.number(), submatches: z.array(z.unknown()) }) });

/**
 * A whole text search as the browser sees it, sandbox, columns and stream included, against the bare ripgrep binary on the same tree, whose messages somebody
 * reads. Server and reader are this process; CPU time is theirs and ripgrep's.
 */
export const searchBenchmark: Benchmark = {
  name: "Text search against bare ripgrep",
  run: async () => {
    const { cpuMicros, close } = childrenMeter();
    const workspace = await openBenchWorkspace();
    try {
      const projectId = await workspace.addProject("search", thirdPartyTree());
      const tree = workspace.treeOf(projectId);
      const findings = [];
      for (const { what, query } of QUERIES) {
        const [found, bare] = [await hitsOf(workspace, projectId, query), await bareHits(tree, query)];
        findings.push(countFinding(`Hits that differ from ripgrep's, ${what} (${bare.length})`, differing(found, bare), 0, "hits"));
        findings.push(ratioFinding(`Whole search, ${what}`, await compare(() => whole(workspace, projectId, query), () => bareSearch(tree, query), { rounds: ROUNDS, cpuMicros }), GOAL_WHOLE));
      }
      findings.push(ratioFinding("First hit", await compare(() => first(workspace, projectId, "readonly"), () => bareFirst(tree, "readonly"), { rounds: ROUNDS, cpuMicros }), GOAL_FIRST, "wall"));
      return findings;
    } finally {
      await workspace.close();
      close();
    }
  },
};

const RIPGREP = createRequire(import.meta.url).resolve("@vscode/ripgrep-linux-x64/bin/rg");
const bareArguments = (query: string) => ["--no-config", "--json", "--hidden", "--crlf", "--no-messages", "--no-require-git", "--no-ignore-parent", "--no-ignore-global", "--ignore-case", "--fixed-strings", "--glob=!.git", `--regexp=${query}`, "--", "."];

async function* bareLines(tree: string, query: string): AsyncGenerator<string> {
  const child = spawn(RIPGREP, bareArguments(query), { cwd: tree, stdio: ["ignore", "pipe", "ignore"] });
  let rest: Buffer[] = [];
  for await (const piece of child.stdout) {
    let from = 0;
    for (let end = piece.indexOf("\n"); end >= 0; end = piece.indexOf("\n", from)) {
      yield Buffer.concat([...rest, piece.subarray(from, end)]).toString();
      rest = [];
      from = end + 1;
    }
    rest.push(piece.subarray(from));
  }
  if (child.exitCode === null) await once(child, "exit");
}

/** As whoever calls the binary and shows what it says has to do. */
async function bareSearch(tree: string, query: string): Promise<void> {
  for await (const line of bareLines(tree, query)) JSON.parse(line);
}

async function bareFirst(tree: string, query: string): Promise<void> {
  const child = spawn(RIPGREP, bareArguments(query), { cwd: tree, stdio: ["ignore", "pipe", "ignore"] });
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  child.stdout.destroy();
  await once(child, "exit");
}

async function bareHits(tree: string, query: string): Promise<readonly string[]> {
  const hits: string[] = [];
  for await (const line of bareLines(tree, query)) {
    const match = MatchSchema.safeParse(JSON.parse(line)).data;
    if (match) hits.push(`${match.data.path.text.slice(2)}:${match.data.line_number}:${match.data.submatches.length}`);
  }
  return hits.toSorted();
}

async function hitsOf(workspace: BenchWorkspace, projectId: string, query: string): Promise<readonly string[]> {
  const hits: string[] = [];
  for await (const raw of workspace.stream("workspace.searchText", { projectId, query, maxMatches: 20_000 })) {
    const item = ItemSchema.parse(raw);
    if (!item.done) hits.push(...item.files.flatMap(({ path, matches }) => matches.map(({ line, ranges }) => `${path}:${line}:${ranges.length}`)));
  }
  return hits.toSorted();
}

async function whole(workspace: BenchWorkspace, projectId: string, query: string): Promise<void> {
  for await (const _item of workspace.stream("workspace.searchText", { projectId, query, maxMatches: 20_000 }));
}

async function first(workspace: BenchWorkspace, projectId: string, query: string): Promise<void> {
  for await (const _item of workspace.stream("workspace.searchText", { projectId, query, maxMatches: 20_000 })) return;
}

function differing(one: readonly string[], other: readonly string[]): number {
  const [first, second] = [new Set(one), new Set(other)];
  return one.filter((hit) => !second.has(hit)).length + other.filter((hit) => !first.has(hit)).length;
}
