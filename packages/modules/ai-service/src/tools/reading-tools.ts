import type { embeddingsRouter } from "@coder/api/embeddings/router";
import type { ServiceClient } from "@coder/shared/trpc";
import { z } from "zod";
import { defineTool } from "./define-tool.ts";
import type { ProjectFiles, WorkspaceClient } from "./ProjectFiles.ts";
import type { ITool } from "./tool.ts";
import { untrusted } from "./untrusted.ts";

const MAX_LINES = 400;
const MAX_CHARS = 40_000;
const MAX_LINE_CHARS = 1_000;
const MAX_MATCH_CHARS = 300;
const LONG_PREVIEW = 300;

export interface ReadingDeps {
  readonly files: ProjectFiles;
  readonly workspace: WorkspaceClient;
  readonly embeddings: ServiceClient<typeof embeddingsRouter>;
}

/** What looks at a project and changes nothing. */
export function readingTools({ files, workspace, embeddings }: ReadingDeps): ITool[] {
  return [
    defineTool({
      name: "find_files",
      description: "Finds files of the project by parts of their path. Returns paths, best first.",
      schema: z.object({ query: z.string().max(200), limit: z.int().min(1).max(100).default(30) }),
      title: ({ query }) => `Find files: ${query}`,
      async run({ caller, projectId, signal }, { query, limit }) {
        const { items } = await workspace(caller, { signal }).findFiles({ projectId, query, limit });
        return { text: items.length === 0 ? "No file has such a path." : untrusted("paths of files", items.map(({ path }) => path).join("\n")), results: [] };
      },
    }),
    defineTool({
      name: "search_text",
      description: "Searches the text of all files. Returns `path:line: text`. Ignored files are left out.",
      schema: z.object({ query: z.string().min(1).max(1_000), regex: z.boolean().default(false), include: z.array(z.string().max(200)).max(10).default([]).describe("Globs such as src/**/*.ts") }),
      title: ({ query }) => `Search: ${query}`,
      async run({ caller, projectId, signal, firewall }, { query, regex, include }) {
        const found = await workspace(caller, { signal }).searchOnce({ projectId, query, regex, include, maxMatches: 100 });
        // A secret is known by what stands around it: of a whole file more of them are found than of one line.
        const texts = await files.texts(caller, projectId, found.files.map(({ path }) => path), signal);
        const lines = found.files.flatMap(({ path, matches }) => {
          const safe = firewall.hide(texts.get(path) ?? "", path).split("\n");
          return matches.map(({ line, text }) => `${path}:${line}: ${(safe[line - 1] || firewall.hide(text, path)).trim().slice(0, MAX_MATCH_CHARS)}`);
        });
        if (lines.length === 0) return { text: "Nothing matches.", results: [] };
        return { text: `${untrusted("matches in files", lines.join("\n"))}${found.summary.limited ? "\nThere is more; narrow the search." : ""}`, results: [] };
      },
    }),
    defineTool({
      name: "read_file",
      description: `Reads a text file, or lines of it (from 1, both included), at most ${MAX_LINES} lines at once. Lines are numbered. Cite what you use as path:line.`,
      schema: z.object({ path: z.string().min(1).max(4_096), startLine: z.int().min(1).default(1), endLine: z.int().min(1).optional() }),
      title: ({ path, startLine, endLine }) => `Read ${path}${startLine === 1 && endLine === undefined ? "" : `:${startLine}${endLine === undefined ? "" : `-${endLine}`}`}`,
      async run({ caller, projectId, signal, firewall, shown }, { path: named, startLine, endLine }) {
        const path = firewall.reveal(named);
        const file = await files.read(caller, projectId, path, signal);
        shown.set(path, file.hash);
        const { text, last, total } = numbered(firewall.hide(file.text, path), startLine, endLine ?? startLine + MAX_LINES - 1);
        const rest = last < total ? `\nThat was up to line ${last} of ${total}.` : "";
        return { text: untrusted(path, text) + rest, results: [{ kind: "file", path, line: startLine }] };
      },
    }),
    defineTool({
      name: "search_meaning",
      description: "Finds code by what it does, described in words. Returns places with symbol and first lines.",
      schema: z.object({ query: z.string().min(1).max(2_000), limit: z.int().min(1).max(30).default(10) }),
      title: ({ query }) => `Search by meaning: ${query}`,
      async run({ caller, projectId, signal, firewall }, { query, limit }) {
        const { hits } = await embeddings(caller, { signal }).search({ projectId, query, limit });
        // As above. A long preview is cut, maybe in a secret, whose beginning is not known as one.
        for (const [path, text] of await files.texts(caller, projectId, [...new Set(hits.map(({ path }) => path))], signal)) firewall.hide(text, path);
        const whole = (preview: string): string => (preview.length < LONG_PREVIEW ? preview : preview.slice(0, Math.max(0, preview.lastIndexOf("\n"))));
        const places = hits.map(({ path, startLine, endLine, symbol, kind, preview }) => `${path}:${startLine}-${endLine} ${kind} ${symbol ?? ""}\n${firewall.hide(whole(preview), path)}`);
        return { text: places.length === 0 ? "Nothing here says that." : untrusted("places in files", places.join("\n\n")), results: [] };
      },
    }),
  ];
}

/** Lines with their numbers, in bounds. */
export function numbered(text: string, from: number, to: number): { readonly text: string; readonly last: number; readonly total: number } {
  const lines = text.split("\n");
  const kept: string[] = [];
  let chars = 0;
  let last = from - 1;
  for (let line = from; line <= Math.min(to, lines.length, from + MAX_LINES - 1) && chars < MAX_CHARS; line += 1) {
    const shown = `${line}\t${(lines[line - 1] ?? "").slice(0, MAX_LINE_CHARS)}`;
    chars += shown.length;
    kept.push(shown);
    last = line;
  }
  return { text: kept.join("\n"), last, total: lines.length };
}
