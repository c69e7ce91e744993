import type { TreeCursor } from "web-tree-sitter";
import type { ChunkKind } from "@coder/api/embeddings";
import { MAX_CHUNK_BYTES, type Chunk, type TextMeasure } from "./chunk.ts";
import { DeclarationReader, type Declaration } from "./DeclarationReader.ts";
import type { LoadedGrammar } from "./Parsers.ts";
import { cutLines, hasWords } from "./line-chunks.ts";

/** A declaration shorter than this stays with its neighbours, unless it is documented. Functions and classes of a file are always on their own. */
const MIN_MEMBER_BYTES = 120;
const MIN_VARIABLE_BYTES = 300;
/** What stands between declarations and is shorter, without a name or a comment, is left out: `export { a };`. */
const MIN_TEXT = 60;
/** Syntax nested deeper than this is cut by lines: people do not write it. */
const MAX_DEPTH = 150;

/** The type of what the parser could not read; declarations in it can still be whole. */
const ERROR = 65_535;

/** Comments and attributes that stand before something. */
interface Lead {
  readonly start: number;
  end: number;
  readonly docs: number[];
}

/** What becomes one chunk, or several where it is too long. */
interface Group {
  readonly symbol: string | null;
  /** Its own name comes first. */
  readonly name: string | null;
  readonly kind: ChunkKind;
  start: number;
  end: number;
  docs: number[];
  /** What is declared in it, besides itself. */
  named: { readonly name: string; readonly kind: ChunkKind }[];
}

/**
 * Cuts one parsed file: a chunk per function, method, class and the like; what stands between them is merged up to the limit, and what is too
 * long is cut where its own parts begin. Goes into scopes and into what is longer than the limit, nowhere else.
 */
export class SyntaxChunker {
  readonly #measure: TextMeasure;
  readonly #cursor: TreeCursor;
  readonly #grammar: LoadedGrammar;
  readonly #reader: DeclarationReader;
  readonly #bodyField: number | null;
  /** Has parts that could not be read: then any crumb of it may be what one looks for. */
  readonly #broken: boolean;
  readonly #chunks: Chunk[] = [];

  constructor(deps: { measure: TextMeasure; cursor: TreeCursor; grammar: LoadedGrammar }) {
    this.#measure = deps.measure;
    this.#cursor = deps.cursor;
    this.#grammar = deps.grammar;
    this.#reader = new DeclarationReader({ text: deps.measure.text, cursor: deps.cursor, grammar: deps.grammar });
    this.#broken = deps.cursor.currentNode.hasError;
    this.#bodyField = deps.grammar.language.fieldIdForName("body");
  }

  /** The cursor stands on the root. */
  chunks(): Chunk[] {
    const file = newGroup(null, null, "text");
    this.#walk(file, { depth: 0, owner: -1, members: false });
    this.#flush(file);
    return this.#chunks;
  }

  /**
   * Goes through the children of the node at the cursor.
   *
   * @param owner the declaration that the group is made for: met on the way, it is entered instead of declared again
   * @param members whether the body is to be entered however short it is
   */
  #walk(group: Group, { depth, owner, members }: { depth: number; owner: number; members: boolean }): void {
    const cursor = this.#cursor;
    if (!cursor.gotoFirstChild()) return;
    let lead: Lead | null = null;
    let previousEnd = -1;
    do {
      const [start, end, type] = [cursor.startIndex, cursor.endIndex, cursor.nodeTypeId];
      const rule = this.#grammar.rules[type];
      if (lead && this.#standsApart(lead.end, start)) lead = this.#giveUp(group, lead);
      if (rule?.role === "comment" || rule?.role === "lead") {
        const trailing = rule.role === "comment" && !lead && previousEnd >= 0 && !this.#measure.text.slice(previousEnd, start).includes("\n");
        if (trailing) this.#add(group, start, end, [start, end]);
        else lead = extend(lead, start, end, rule.role === "comment");
      } else if (rule?.role === "import" || (rule?.role === "wrapper" && !isCode(group.kind) && this.#isLink(start, end))) {
        if (lead) lead = this.#giveUp(group, lead);
        this.#flush(group);
      } else {
        const found = rule ? this.#reader.read(rule) : null;
        const own = found !== null && found !== "several" && found.id === owner;
        const local = found !== null && found !== "several" && found.kind === "variable" && isCode(group.kind);
        if (found !== null && found !== "several" && !own && !local && depth < MAX_DEPTH) {
          this.#declare(group, found, { start, end, lead, depth });
        } else {
          if (lead) this.#giveUp(group, lead);
          const isBody = this.#grammar.bodies.has(type) || (members && cursor.currentFieldId === this.#bodyField);
          const enter = own || isBody || found === "several" || type === ERROR || this.#measure.bytes(start, end) > MAX_CHUNK_BYTES;
          if (enter) this.#enter(group, start, end, { depth: depth + 1, owner: own ? owner : -1, members: own && members });
          else if (cursor.nodeIsNamed || hasWords(this.#measure.text, start, end)) this.#add(group, start, end, []);
        }
        lead = null;
      }
      previousEnd = end;
    } while (cursor.gotoNextSibling());
    if (lead) this.#giveUp(group, lead);
    cursor.gotoParent();
  }

  /** Into the parts of a node, or, where it has none or is too deep, through its lines. */
  #enter(group: Group, start: number, end: number, way: { depth: number; owner: number; members: boolean }): void {
    if (way.depth < MAX_DEPTH && this.#cursor.gotoFirstChild()) {
      this.#cursor.gotoParent();
      this.#walk(group, way);
      return;
    }
    const lines = cutLines(this.#measure, start, end);
    for (let index = 0; index < lines.length; index += 2) this.#add(group, lines[index] ?? start, lines[index + 1] ?? end, []);
  }

  #declare(group: Group, found: Declaration, at: { start: number; end: number; lead: Lead | null; depth: number }): void {
    const start = at.lead?.start ?? at.start;
    const { title } = found;
    const docs = [...(at.lead?.docs ?? []), ...(title?.sentence ? [title.start, title.end] : []), ...this.#docstring()];
    const bytes = this.#measure.bytes(start, at.end);
    if (staysWithNeighbours(group, found, bytes, docs.length > 0)) {
      this.#add(group, start, at.end, docs);
      // What is local to a function is nothing that one looks for by its name.
      if (found.name !== null && !isCode(group.kind)) group.named.push({ name: found.name, kind: kindIn(group, found.kind) });
      return;
    }
    this.#flush(group);
    const own = newGroup(qualified(group.symbol, found), found.name, kindIn(group, found.kind));
    if (title && !title.sentence) own.named.push({ name: title.text, kind: own.kind });
    if (!found.scope && bytes <= MAX_CHUNK_BYTES) {
      this.#add(own, start, at.end, docs);
    } else {
      own.docs = docs;
      if (at.lead) this.#add(own, at.lead.start, at.lead.end, []);
      if (this.#cursor.nodeId === found.id) this.#walk(own, { depth: at.depth + 1, owner: -1, members: found.scope });
      else this.#walk(own, { depth: at.depth + 1, owner: found.id, members: found.scope });
    }
    this.#flush(own);
  }

  /** The string that stands first in the body of what is declared at the cursor. */
  #docstring(): readonly number[] {
    if (!this.#grammar.docstrings) return [];
    const node = this.#cursor.currentNode;
    const declared = node.childForFieldName("definition") ?? node;
    const first = declared.childForFieldName("body")?.firstNamedChild;
    return first?.type === "expression_statement" && first.firstNamedChild?.type === "string" ? [first.startIndex, first.endIndex] : [];
  }

  /** Puts a lead with nothing behind it among the loose parts. */
  #giveUp(group: Group, lead: Lead): null {
    this.#add(group, lead.start, lead.end, lead.docs);
    return null;
  }

  #add(group: Group, start: number, end: number, docs: readonly number[]): void {
    if (end <= start) return;
    if (group.start >= 0 && this.#measure.bytes(group.start, end) > MAX_CHUNK_BYTES) this.#flush(group);
    if (this.#measure.bytes(start, end) > MAX_CHUNK_BYTES) {
      // A comment or an attribute longer than a chunk.
      const lines = cutLines(this.#measure, start, end);
      for (let index = 0; index < lines.length; index += 2) {
        const [from = start, to = end] = lines.slice(index, index + 2);
        this.#add(group, from, to, docs.length > 0 ? [from, to] : []);
      }
      return;
    }
    if (group.start < 0) group.start = start;
    group.end = end;
    group.docs.push(...docs);
  }

  #flush(group: Group): void {
    const { start, end, symbol, name, kind, named } = group;
    const names = named.map((one) => one.name);
    const crumb = !this.#broken && (symbol === null || kind === "module") && names.length === 0 && group.docs.length === 0 && end - start < MIN_TEXT;
    if (start >= 0 && !crumb && hasWords(this.#measure.text, start, end)) {
      const docs: number[] = [];
      for (let index = 0; index < group.docs.length; index += 2) {
        const [from = 0, to = 0] = group.docs.slice(index, index + 2);
        if (from >= start && to <= end) docs.push(from, to);
      }
      this.#chunks.push({ symbol: symbol ?? labelOf(names), names: name === null ? names : [name, ...names], kind: symbol === null ? (named[0]?.kind ?? kind) : kind, start, end, docs });
    }
    group.docs = group.docs.filter((_unused, index) => (group.docs[index - (index % 2)] ?? 0) >= end);
    group.start = -1;
    group.named = [];
  }

  /** An import in all but its syntax. */
  #isLink(start: number, end: number): boolean {
    return this.#grammar.links !== null && end - start <= MAX_CHUNK_BYTES && this.#grammar.links.test(this.#measure.text.slice(start, end));
  }

  /** More than a line break between two things. Some grammars count the line break to the comment. */
  #standsApart(end: number, start: number): boolean {
    const between = this.#measure.text.slice(Math.max(0, end - 1), start);
    return between.split("\n").length > 2;
  }
}

function newGroup(symbol: string | null, name: string | null, kind: ChunkKind): Group {
  return { symbol, name, kind, start: -1, end: -1, docs: [], named: [] };
}

function extend(lead: Lead | null, start: number, end: number, documents: boolean): Lead {
  const extended = lead ?? { start, end, docs: [] };
  extended.end = end;
  if (documents) extended.docs.push(start, end);
  return extended;
}

function staysWithNeighbours(group: Group, { kind, name }: Declaration, bytes: number, documented: boolean): boolean {
  if (kind === "variable") return bytes < MIN_VARIABLE_BYTES;
  if (documented) return false;
  if (isCode(group.kind)) return bytes < MIN_VARIABLE_BYTES;
  const atTop = group.kind === "text" || group.kind === "module";
  if (atTop && kind !== "type") return name === null && bytes < MIN_VARIABLE_BYTES;
  return bytes < MIN_MEMBER_BYTES;
}

function isCode(kind: ChunkKind): boolean {
  return kind === "function" || kind === "method";
}

/** A function of a class is a method, whatever the grammar calls it. */
function kindIn(group: Group, kind: ChunkKind): ChunkKind {
  return kind === "function" && ["class", "interface", "enum"].includes(group.kind) ? "method" : kind;
}

function qualified(outer: string | null, { name, owner, title }: Declaration): string | null {
  const parts = [outer, owner, title ? `${name}(${title.text})` : name].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(".");
}

/** What people see for a chunk of several small declarations. */
function labelOf(names: readonly string[]): string | null {
  return names.length === 0 ? null : names.slice(0, 3).join(", ") + (names.length > 3 ? ", …" : "");
}
