import { ts } from "ts-morph";
import { bindingsOf } from "../engine/bindings.ts";
import type { MadeFile } from "../engine/snapshot.ts";
import { isText, requiredModule, scriptKindOf, walk } from "../engine/Sources.ts";
import { type Import, importLines, specifierOf } from "./ModuleText.ts";
import type { Style } from "./style.ts";
import { faultsOf, styled } from "./styled.ts";

interface Insertion {
  readonly at: number;
  readonly text: string;
  readonly reason: string;
  /** Leading line breaks in `text`, which are no part of what is told of. */
  readonly lead: number;
}

/** Additions to a file of the project, each at a place in its syntax tree. Everything else stays as it is, byte for byte. */
export class FileEdit {
  readonly path: string;
  readonly original: string;
  readonly tree: ts.SourceFile;
  readonly #style: Style;
  readonly #insertions: Insertion[] = [];
  readonly #imports: { readonly one: Import; readonly reason: string }[] = [];

  constructor(path: string, original: string, style: Style) {
    this.path = path;
    this.original = original;
    this.tree = ts.createSourceFile(path, original, ts.ScriptTarget.Latest, true, scriptKindOf(path));
    this.#style = style;
  }

  /** Names that stand for something anywhere in the file. */
  has(name: string): boolean {
    let found = false;
    walk(this.tree, (node) => {
      if (ts.isIdentifier(node) && node.text === name && !ts.isPropertyAccessExpression(node.parent)) found = true;
    });
    return found;
  }

  freeName(wanted: string): string {
    for (let number = 1; ; number++) {
      const name = number === 1 ? wanted : `${wanted}${number}`;
      if (!this.has(name)) return name;
    }
  }

  /** How something is called here that is imported already; null where it is not. */
  nameOf(one: Import): string | null {
    const specifier = one.file ? specifierOf(one.from, this.path, this.#style) : one.from;
    const plain = (text: string) => text.replace(/\.[cm]?[jt]sx?$/, "").replace(/\/index$/, "");
    const binding = bindingsOf(this.tree).find(({ module, imported }) => plain(module) === plain(specifier) && (imported === one.name || (imported === "default" && one.name === "=")));
    return binding?.local ?? null;
  }

  /** Returns the name to use. */
  import(one: Import, reason: string): string {
    const known = this.nameOf(one);
    if (known !== null) return known;
    const same = this.#imports.find(({ one: other }) => other.from === one.from && other.name === one.name);
    if (same) return same.one.as;
    const as = this.freeName(one.as);
    this.#imports.push({ one: { ...one, as }, reason });
    return as;
  }

  after(node: ts.Node, code: string, reason: string, gap: 1 | 2 = 2): void {
    // A comment at the end of the line belongs to what stands before it.
    const rest = this.original.slice(node.end);
    const [trailing = ""] = /^[ \t]*\/\/[^\r\n]*|^/.exec(rest) ?? [];
    const lead = "\n".repeat(gap);
    this.#insert(node.end + trailing.length, `${lead}${this.#indented(code, this.indentOf(node))}`, reason, gap);
  }

  before(node: ts.Node, code: string, reason: string): void {
    const start = node.getStart();
    const lineStart = this.original.lastIndexOf("\n", start - 1) + 1;
    // Comments above it stay with it.
    const comments = ts.getLeadingCommentRanges(this.original, node.pos) ?? [];
    const [first] = comments.filter(({ pos }) => pos > (node.pos === 0 ? -1 : node.pos));
    const at = first && this.original.slice(first.pos, start).split(/\n\s*\n/).length === 1 ? this.original.lastIndexOf("\n", first.pos - 1) + 1 : lineStart;
    this.#insert(at, `${this.#indented(code, this.indentOf(node))}\n\n`, reason, 0);
  }

  /** A name behind the last one of a list, on a line of its own where they are written so. */
  append(list: ts.NodeArray<ts.Node>, name: string, reason: string): void {
    const last = list.at(-1);
    if (!last) return;
    const before = this.original.slice(list.at(-2)?.end ?? list.pos, last.getStart());
    const own = before.includes("\n");
    this.#insert(last.end, own ? `,\n${this.indentOf(last)}${name}` : `, ${name}`, reason, own ? 1 : 0);
  }

  /** Members behind the last one of an interface, ended as that is. */
  members(last: ts.Node, members: readonly string[], reason: string): void {
    const ending = /[;,]$/.exec(last.getText())?.[0] ?? "";
    this.#insert(last.end, members.map((member) => `\n${this.indentOf(last)}${member}${ending}`).join(""), reason, 1);
  }

  /** At the beginning of a block. */
  into(block: ts.Block, code: string, reason: string): void {
    const [first] = block.statements;
    if (first) return this.before(first, code, reason);
    const inner = this.indentOf(block.parent) + this.#style.indent;
    this.#insert(block.getStart() + 1, `\n${this.#indented(code, inner)}\n${this.indentOf(block.parent)}`, reason, 1);
  }

  indentOf(node: ts.Node): string {
    const lineStart = this.original.lastIndexOf("\n", node.getStart() - 1) + 1;
    return /^[ \t]*/.exec(this.original.slice(lineStart))?.[0] ?? "";
  }

  /** @throws where the result is no code any more: a fault of the generator */
  made(reason: string): MadeFile {
    this.#placeImports();
    const ordered = this.#insertions.map((insertion, index) => ({ ...insertion, index })).sort((one, other) => one.at - other.at || one.index - other.index);
    let [content, at] = ["", 0];
    const hunkReasons: { line: number; reason: string }[] = [];
    for (const one of ordered) {
      content += this.original.slice(at, one.at);
      at = one.at;
      hunkReasons.push({ line: content.split("\n").length + one.lead, reason: one.reason });
      content += one.text;
    }
    content += this.original.slice(at);
    const before = new Set(faultsOf(this.tree).map((fault) => fault.replace(/^line \d+: /, "")));
    const [fault] = faultsOf(ts.createSourceFile(this.path, content, ts.ScriptTarget.Latest, true, scriptKindOf(this.path))).filter((one) => !before.has(one.replace(/^line \d+: /, "")));
    if (fault !== undefined) throw new Error(`The changed ${this.path} is no code: ${fault}`);
    return { path: this.path, kind: "modify", original: this.original, content, reason, hunkReasons };
  }

  #insert(at: number, text: string, reason: string, lead: number): void {
    this.#insertions.push({ at, text: this.#style.newline === "\n" ? text : text.replaceAll(/\r?\n/g, "\r\n"), reason, lead });
  }

  #indented(code: string, indent: string): string {
    const text = styled(code, this.#style).replaceAll("\r\n", "\n").replace(/\n+$/, "");
    return text.split("\n").map((line) => (line === "" ? line : `${indent}${line}`)).join("\n");
  }

  /** Whether it could stand with what the file takes from the same module already. */
  #joined(one: Import, reason: string): boolean {
    if (["default", "=", "*"].includes(one.name) || (one.type === true && !this.#style.typescript)) return false;
    const specifier = one.file ? specifierOf(one.from, this.path, this.#style) : one.from;
    for (const statement of this.tree.statements) {
      if (ts.isImportDeclaration(statement) && isText(statement.moduleSpecifier) && statement.moduleSpecifier.text === specifier) {
        const bindings = statement.importClause?.namedBindings;
        const isType = statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
        if (!bindings || !ts.isNamedImports(bindings) || bindings.elements.length === 0 || isType !== (one.type === true)) continue;
        this.append(bindings.elements, one.name === one.as ? one.name : `${one.name} as ${one.as}`, reason);
        return true;
      }
      if (!ts.isVariableStatement(statement) || one.type === true) continue;
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (!initializer || requiredModule(initializer) !== specifier || !ts.isObjectBindingPattern(name) || name.elements.length === 0 || name.elements.at(-1)?.dotDotDotToken) continue;
        this.append(name.elements, one.name === one.as ? one.name : `${one.name}: ${one.as}`, reason);
        return true;
      }
    }
    return false;
  }

  #placeImports(): void {
    const alone = this.#imports.filter(({ one, reason }) => !this.#joined(one, reason));
    if (alone.length === 0) return;
    const reason = [...new Set(alone.map((one) => one.reason))].join("; ");
    const lines = importLines(alone.map(({ one }) => one), this.path, this.#style);
    const last = this.tree.statements.filter((statement) => ts.isImportDeclaration(statement) || isRequire(statement)).at(-1);
    if (last) return this.after(last, lines.join("\n"), reason, 1);
    const directives = this.tree.statements.filter((statement, index, all) => ts.isExpressionStatement(statement) && isText(statement.expression) && all.slice(0, index).every((one) => ts.isExpressionStatement(one) && isText(one.expression))).at(-1);
    if (directives) return this.after(directives, lines.join("\n"), reason);
    const [first] = this.tree.statements;
    if (first) this.before(first, lines.join("\n"), reason);
    else this.#insert(0, `${lines.join("\n")}\n`, reason, 0);
  }
}

/** `const x = require("x")`, at the top of a file. */
function isRequire(statement: ts.Statement): boolean {
  if (!ts.isVariableStatement(statement)) return false;
  return statement.declarationList.declarations.every(({ initializer }) => {
    if (!initializer) return false;
    const node = ts.isCallExpression(initializer) && ts.isCallExpression(initializer.expression) ? initializer.expression : ts.isPropertyAccessExpression(initializer) ? initializer.expression : initializer;
    return requiredModule(node) !== null;
  });
}
