import type { ChunkKind } from "@coder/api/embeddings";
import type { TreeCursor } from "web-tree-sitter";
import type { Rule } from "../languages/grammars.ts";
import type { LoadedGrammar } from "./Parsers.ts";

const MAX_NAME = 200;
const MAX_WRAPPERS = 4;
const CALLEE = /^[\w$.]{1,60}$/;

/** The text that something is registered under, with its quotation marks. */
export interface Title {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** It says what something does, as a test's does; a path or the name of an event is what something is called by. */
  readonly sentence: boolean;
}

/** What a node declares. */
export interface Declaration {
  /** Of the node itself, without what is wrapped around it. */
  readonly id: number;
  readonly kind: ChunkKind;
  readonly name: string | null;
  /** Its members are looked at one by one. */
  readonly scope: boolean;
  /** What it belongs to, where the syntax says so: the receiver of a Go method. */
  readonly owner: string | null;
  /** What a call registers its function under. */
  readonly title?: Title;
}

/** Reads what the node at the cursor declares; the cursor is back there afterwards. */
export class DeclarationReader {
  readonly #text: string;
  readonly #cursor: TreeCursor;
  readonly #grammar: LoadedGrammar;

  constructor(deps: { text: string; cursor: TreeCursor; grammar: LoadedGrammar }) {
    this.#text = deps.text;
    this.#cursor = deps.cursor;
    this.#grammar = deps.grammar;
  }

  /** Null: nothing. `several`: more than one thing, each to be looked at by itself. */
  read(rule: Rule, wrappers = 0): Declaration | "several" | null {
    switch (rule.role) {
      case "declaration":
        return {
          id: this.#cursor.nodeId,
          kind: rule.kind,
          name: nameOf(this.#fieldText(rule.name ?? "name")),
          scope: rule.scope ?? false,
          owner: rule.receiver === undefined ? null : ownerOf(this.#fieldText(rule.receiver)),
        };
      case "assigned": {
        const kind = this.#valueKind(rule.right);
        return { id: this.#cursor.nodeId, kind, name: nameOf(this.#fieldText(rule.left)), scope: kind === "class", owner: null };
      }
      case "registered":
        return this.#registered(rule.callee, rule.given);
      case "wrapper":
        return wrappers < MAX_WRAPPERS ? this.#inWrapper(wrappers) : null;
      default:
        return null;
    }
  }

  #inWrapper(wrappers: number): Declaration | "several" | null {
    const cursor = this.#cursor;
    let found: Declaration | "several" | null = null;
    if (!cursor.gotoFirstChild()) return null;
    do {
      const rule = this.#grammar.rules[cursor.nodeTypeId];
      const inner = rule ? this.read(rule, wrappers + 1) : this.#unnamed();
      if (inner) found = found ? "several" : inner;
    } while (found !== "several" && cursor.gotoNextSibling());
    cursor.gotoParent();
    return found;
  }

  /** `export default function () {}` */
  #unnamed(): Declaration | null {
    const { values, language } = this.#grammar;
    if (this.#cursor.currentFieldId === 0 || this.#cursor.currentFieldId !== language.fieldIdForName("value")) return null;
    const kind = values.get(this.#cursor.nodeType);
    return kind === undefined ? null : { id: this.#cursor.nodeId, kind, name: null, scope: kind === "class", owner: null };
  }

  /** `router.get("/users", …)`: a text comes first, and a function after it. */
  #registered(callee: string, given: string): Declaration | null {
    const name = this.#fieldText(callee);
    const id = this.#cursor.nodeId;
    if (name === null || !CALLEE.test(name) || !this.#enterField(given)) return null;
    const title = this.#titleOfFunction();
    this.#cursor.gotoParent();
    return title && { id, kind: "function", name, scope: false, owner: null, title };
  }

  #titleOfFunction(): Title | null {
    const cursor = this.#cursor;
    let title: Title | null = null;
    let takesFunction = false;
    if (!cursor.gotoFirstChild()) return null;
    do {
      if (!cursor.nodeIsNamed) continue;
      if (title) takesFunction = this.#grammar.values.get(cursor.nodeType) === "function";
      else if (!(title = this.#title())) break;
    } while (!takesFunction && cursor.gotoNextSibling());
    cursor.gotoParent();
    return takesFunction ? title : null;
  }

  #title(): Title | null {
    const { nodeType, startIndex: start, endIndex: end } = this.#cursor;
    if (nodeType !== "string" || end - start > MAX_NAME) return null;
    const text = this.#text.slice(start, end);
    return { text, start, end, sentence: /\s/.test(text) };
  }

  #valueKind(field: string): ChunkKind {
    if (!this.#enterField(field)) return "variable";
    const kind = this.#grammar.values.get(this.#cursor.nodeType) ?? "variable";
    this.#cursor.gotoParent();
    return kind;
  }

  #fieldText(field: string): string | null {
    if (!this.#enterField(field)) return null;
    const text = this.#text.slice(this.#cursor.startIndex, Math.min(this.#cursor.endIndex, this.#cursor.startIndex + MAX_NAME));
    this.#cursor.gotoParent();
    return text;
  }

  /** Moves to the child in a field; the caller moves back. */
  #enterField(field: string): boolean {
    const id = this.#grammar.language.fieldIdForName(field);
    if (id === null || !this.#cursor.gotoFirstChild()) return false;
    do {
      if (this.#cursor.currentFieldId === id) return true;
    } while (this.#cursor.gotoNextSibling());
    this.#cursor.gotoParent();
    return false;
  }
}

/** `module.exports.parse`, `"parse"`, `Map<K, V>` and `[a, b]` as one would say them. Null for what is no name. */
function nameOf(text: string | null): string | null {
  const plain = (text ?? "").replace(/^["'`]|["'`]$/g, "").replace(/<[\s\S]*$/, "").replace(/^(module\.)?exports\.|^this\./, "").trim();
  return /^[\p{L}\p{N}_$#@.:*-]+$/u.test(plain) ? plain : null;
}

/** `(s *Stack[T])` → `Stack`. */
function ownerOf(receiver: string | null): string | null {
  return /([\p{L}\p{N}_]+)\s*(?:\[[^\]]*\])?\s*\)$/u.exec(receiver ?? "")?.[1] ?? null;
}
