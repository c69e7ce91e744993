import type { Readable } from "node:stream";
import type { SearchedFile, SearchItem, SearchMatch, SearchOnceInput, SearchResult, SearchSummary, SearchTextInput } from "@coder/api/workspace";
import type { SandboxProcess } from "@coder/sandbox";
import type { Caller } from "@coder/shared";
import type { ProjectDirectories } from "@coder/work-tree";
import type { ProjectAccess } from "../projects/ProjectAccess.ts";
import { searchFailed, searchInvalid } from "./errors.ts";
import { lineOfLongMessage } from "./long-line.ts";
import { MessageLines } from "./message-lines.ts";
import { ripgrepArguments } from "./ripgrep-arguments.ts";
import { lineOfMessage, type RipgrepLine } from "./ripgrep-message.ts";
import type { IRipgrep } from "./Ripgrep.ts";

export interface TextSearchDeps {
  readonly access: ProjectAccess;
  readonly directories: ProjectDirectories;
  readonly ripgrep: IRipgrep;
}

/** What was found goes out at once at first, and then together with what is found within this time. */
const TOGETHER_MS = 50;
const TOGETHER_LINES = 500;
/** From here on no text is made of a line. */
const LONG_BYTES = 32 * 1024;
const MAX_ERROR_CHARS = 4_000;
/** ripgrep's exit code for an expression it cannot read, among others. */
const FAILED = 2;

/** Text search by ripgrep, told as it is found. */
export class TextSearch {
  readonly #deps: TextSearchDeps;

  constructor(deps: TextSearchDeps) {
    this.#deps = deps;
  }

  async *stream(caller: Caller, input: SearchTextInput, signal: AbortSignal): AsyncGenerator<SearchItem, void, undefined> {
    const { access, directories, ripgrep } = this.#deps;
    const project = await access.requireProject(caller, input.projectId);
    const started = performance.now();
    const run = await ripgrep.start(directories.of(project).tree, ripgrepArguments(input), signal);
    run.stdin.end();
    const words = errorWords(run.stderr);
    const found = new Found(input.maxMatches);
    try {
      for await (const lines of batches(run.stdout)) {
        for (const line of lines) found.add(line);
        const files = found.take();
        if (files.length > 0) yield { done: false, files };
        if (found.isFull) break;
      }
      signal.throwIfAborted();
      if (!found.isFull) await requireWell(run, await words);
      yield { done: true, summary: found.summary(performance.now() - started) };
    } finally {
      run.kill();
      // What nobody reads any more would keep it from ending.
      run.stdout.destroy();
      await run.ended;
    }
  }

  async once(caller: Caller, input: SearchOnceInput, signal: AbortSignal): Promise<SearchResult> {
    const files = new Map<string, SearchMatch[]>();
    let summary: SearchSummary = { files: 0, matches: 0, limited: false, tookMs: 0 };
    for await (const item of this.stream(caller, input, signal)) {
      if (item.done) summary = item.summary;
      else for (const { path, matches } of item.files) files.set(path, files.get(path) ?? []).get(path)?.push(...matches);
    }
    return { files: [...files].map(([path, matches]) => ({ path, matches })), summary };
  }
}

/** What was found and not yet told, and how much it was altogether. */
class Found {
  readonly #maxMatches: number;
  readonly #paths = new Set<string>();
  #pending = new Map<string, SearchMatch[]>();
  #matches = 0;

  constructor(maxMatches: number) {
    this.#maxMatches = maxMatches;
  }

  get isFull(): boolean {
    return this.#matches >= this.#maxMatches;
  }

  add({ path, match }: RipgrepLine): void {
    const left = this.#maxMatches - this.#matches;
    if (left <= 0) return;
    const ranges = match.ranges.slice(0, left);
    this.#matches += ranges.length;
    if (ranges.length > 0) this.#paths.add(path);
    const pending = this.#pending.get(path) ?? [];
    pending.push({ ...match, ranges });
    this.#pending.set(path, pending);
  }

  take(): SearchedFile[] {
    const files = [...this.#pending].map(([path, matches]) => ({ path, matches }));
    this.#pending = new Map();
    return files;
  }

  summary(tookMs: number): SearchSummary {
    return { files: this.#paths.size, matches: this.#matches, limited: this.isFull, tookMs: Math.round(tookMs) };
  }
}

/** Lines as ripgrep tells of them: the first at once, then so many, or so long, at a time. */
async function* batches(stdout: Readable): AsyncGenerator<readonly RipgrepLine[]> {
  const messages = new MessageLines();
  const pieces: AsyncIterator<Buffer> = stdout[Symbol.asyncIterator]();
  let waiting: RipgrepLine[] = [];
  let told = Number.NEGATIVE_INFINITY;
  const ask = (): Promise<IteratorResult<Buffer>> => {
    const piece = pieces.next();
    // Nobody waits for it any more when the search is left in the middle.
    piece.catch(() => undefined);
    return piece;
  };
  let next = ask();
  for (;;) {
    const piece = waiting.length === 0 ? await next : await withinTime(next, told + TOGETHER_MS - performance.now());
    if (piece?.done) break;
    if (piece) {
      for (const message of messages.push(piece.value)) {
        const line = message.length > LONG_BYTES ? await lineOfLongMessage(message) : lineOfMessage(message.toString("utf8"));
        if (line) waiting.push(line);
      }
      next = ask();
    }
    const due = !piece || waiting.length >= TOGETHER_LINES || performance.now() >= told + TOGETHER_MS;
    if (!due || waiting.length === 0) continue;
    told = performance.now();
    yield waiting;
    waiting = [];
  }
  yield waiting;
}

/** Null when it takes longer. */
async function withinTime<Value>(value: Promise<Value>, ms: number): Promise<Value | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(resolve, Math.max(0, ms), null);
  try {
    return await Promise.race([value, promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function errorWords(stderr: Readable): Promise<string> {
  let words = "";
  try {
    for await (const piece of stderr.setEncoding("utf8")) words = `${words}${piece}`.slice(0, MAX_ERROR_CHARS);
  } catch {
    // It was ended; what it said until then counts.
  }
  return words.trim();
}

/** A search that came to its end; files that cannot be read are passed over, as by ripgrep. */
async function requireWell(run: SandboxProcess, words: string): Promise<void> {
  const { exitCode, endedBy } = await run.ended;
  if (endedBy !== null || exitCode === null) throw searchFailed(endedBy ?? "signal");
  if (exitCode === FAILED && words !== "") throw searchInvalid(words.replace(/^rg: /, ""));
  if (exitCode > FAILED) throw searchFailed(words);
}
