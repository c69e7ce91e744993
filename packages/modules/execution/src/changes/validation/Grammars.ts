import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type * as TreeSitter from "web-tree-sitter";

const require = createRequire(import.meta.url);

/** 1-based. */
export interface SyntaxFault {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

const BY_EXTENSION: Readonly<Record<string, string>> = {
  ts: "typescript", mts: "typescript", cts: "typescript", tsx: "tsx", js: "javascript", mjs: "javascript", cjs: "javascript", jsx: "javascript",
  py: "python", go: "go", java: "java", rs: "rust", rb: "ruby", php: "php", cs: "c-sharp", css: "css", sh: "bash", bash: "bash",
};
/** Text that takes longer is not written by people. */
const PARSE_MS = 2_000;
const MAX_FAULTS = 100;

type Runtime = typeof TreeSitter;

/** Parsers of languages; each is loaded when the first file of its language comes. */
export class Grammars {
  #runtime: Promise<{ readonly runtime: Runtime; readonly parser: TreeSitter.Parser }> | undefined;
  readonly #languages = new Map<string, TreeSitter.Language>();

  /** Where a text cannot be read. Null where there is no grammar for it, or reading it takes too long. */
  async faults(path: string, text: string): Promise<readonly SyntaxFault[] | null> {
    const extension = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
    const language = Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension] : undefined;
    if (language === undefined) return null;
    const { runtime, parser } = await (this.#runtime ??= start());
    parser.setLanguage(await this.#language(runtime, language));
    const deadline = performance.now() + PARSE_MS;
    const tree = parser.parse(text, null, { progressCallback: () => performance.now() > deadline });
    if (!tree) {
      parser.reset();
      return null;
    }
    try {
      return tree.rootNode.hasError ? faultsIn(tree.walk()) : [];
    } finally {
      tree.delete();
    }
  }

  async #language(runtime: Runtime, name: string): Promise<TreeSitter.Language> {
    const known = this.#languages.get(name);
    if (known) return known;
    const loaded = await runtime.Language.load(await readFile(require.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${name}.wasm`)));
    this.#languages.set(name, loaded);
    return loaded;
  }
}

async function start() {
  const runtime: Runtime = await import(pathToFileURL(require.resolve("web-tree-sitter").replace(/\.cjs$/, ".js")).href);
  await runtime.Parser.init();
  return { runtime, parser: new runtime.Parser() };
}

/** The innermost places that hold a fault. */
function faultsIn(cursor: TreeSitter.TreeCursor): readonly SyntaxFault[] {
  const faults: SyntaxFault[] = [];
  const visit = () => {
    const node = cursor.currentNode;
    if (faults.length >= MAX_FAULTS) return;
    const { row, column } = cursor.startPosition;
    if (node.isMissing) faults.push({ line: row + 1, column: column + 1, text: `"${node.type}" is missing here.` });
    else if (node.isError) faults.push({ line: row + 1, column: column + 1, text: "This cannot be read as code." });
    else if (node.hasError && cursor.gotoFirstChild()) {
      do visit();
      while (cursor.gotoNextSibling());
      cursor.gotoParent();
    }
  };
  visit();
  cursor.delete();
  return faults;
}
