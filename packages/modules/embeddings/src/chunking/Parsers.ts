import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type * as TreeSitter from "web-tree-sitter";
import type { ParsedLanguage } from "../languages/detect-language.ts";
import { GRAMMARS, type Rule } from "../languages/grammars.ts";

const require = createRequire(import.meta.url);
/** Text that takes longer is not written by people. */
const PARSE_MS = 2_000;

/** A grammar, ready to parse: what its node types mean, by their number. */
export interface LoadedGrammar {
  readonly language: TreeSitter.Language;
  readonly rules: readonly (Rule | undefined)[];
  readonly values: ReadonlyMap<string, "class" | "function">;
  readonly bodies: ReadonlySet<number>;
  readonly docstrings: boolean;
  readonly links: RegExp | null;
}

type Runtime = typeof TreeSitter;

/** One set of parsers; a grammar is loaded when the first file of its language comes. For one thread: parsing takes its time. */
export class Parsers {
  readonly #grammars = new Map<ParsedLanguage, LoadedGrammar>();
  #runtime: Runtime | null = null;
  #parser: TreeSitter.Parser | null = null;
  #instances = 0;
  /** How many files were parsed. */
  parsed = 0;
  readonly #parseMs: number;

  constructor(options: { parseMs?: number } = {}) {
    this.#parseMs = options.parseMs ?? PARSE_MS;
  }

  /** Null where the text cannot be parsed; with errors in it, it still can. */
  async parse<Result>(name: ParsedLanguage, text: string, read: (cursor: TreeSitter.TreeCursor, grammar: LoadedGrammar) => Result): Promise<Result | null> {
    const grammar = await this.#load(name);
    try {
      this.parsed++;
      this.#parser?.setLanguage(grammar.language);
      const deadline = performance.now() + this.#parseMs;
      const tree = this.#parser?.parse(text, null, { progressCallback: () => performance.now() > deadline }) ?? null;
      if (!tree) {
        this.#parser?.reset();
        return null;
      }
      const cursor = tree.walk();
      try {
        return read(cursor, grammar);
      } finally {
        cursor.delete();
        tree.delete();
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // What a trap leaves of the runtime's memory is not to be relied on.
      this.#runtime = null;
      this.#grammars.clear();
      return null;
    }
  }

  async #load(name: ParsedLanguage): Promise<LoadedGrammar> {
    const runtime = (this.#runtime ??= await this.#start());
    let grammar = this.#grammars.get(name);
    if (!grammar) {
      const { wasm, rules, values = {}, bodies = [], docstrings = false, links = null } = GRAMMARS[name];
      const language = await runtime.Language.load(await readFile(require.resolve(`@vscode/tree-sitter-wasm/wasm/${wasm}`)));
      const types = Array.from({ length: language.nodeTypeCount }, (_unused, id) => (language.nodeTypeIsNamed(id) ? language.nodeTypeForId(id) : null));
      grammar = {
        language,
        rules: types.map((type) => (type !== null && Object.hasOwn(rules, type) ? rules[type] : undefined)),
        values: new Map(Object.entries(values)),
        bodies: new Set(types.flatMap((type, id) => (type !== null && bodies.includes(type) ? [id] : []))),
        docstrings,
        links,
      };
      this.#grammars.set(name, grammar);
    }
    return grammar;
  }

  /** A runtime of its own each time: the address makes it another module. */
  async #start(): Promise<Runtime> {
    const address = `${pathToFileURL(require.resolve("web-tree-sitter").replace(/\.cjs$/, ".js")).href}${this.#instances === 0 ? "" : `?instance=${this.#instances}`}`;
    this.#instances++;
    const runtime: Runtime = await import(address);
    await runtime.Parser.init();
    this.#parser = new runtime.Parser();
    return runtime;
  }
}
