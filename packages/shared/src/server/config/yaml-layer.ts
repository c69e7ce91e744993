import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";
import type { JSONSchema } from "zod/v4/core";
import { hint, nearestOf, problem, type ConfigProblem } from "./config-error.ts";
import type { KeyTree } from "./key-tree.ts";
import type { Layer, LayerValue } from "./layer.ts";
import { fromText } from "./values.ts";

export interface YamlSource {
  readonly source: "file" | "default";
  /** As it is shown to people. */
  readonly file: string;
  readonly text: string;
  readonly tree: KeyTree;
  /** What all its keys lie below: the module's name for a shipped default, null for the operator's file and the kernel. */
  readonly below: string | null;
  /** For `${VAR:-default}`. Each name that was looked up is handed to `onReference`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onReference?: (name: string) => void;
  /** Sections of modules that run in another process: not checked here. */
  readonly elsewhere?: ReadonlySet<string>;
  /** Full keys, for hints. */
  readonly known: readonly string[];
}

const MAX_DEPTH = 30;

/** Reads one YAML file along the tree of known keys. Nothing of the text gets into a message: it may be a secret. */
export function readYamlLayer(source: YamlSource): Layer {
  return new YamlReader(source).read();
}

class YamlReader {
  readonly #values = new Map<string, LayerValue>();
  readonly #problems: ConfigProblem[] = [];
  readonly #lines = new LineCounter();
  readonly #source: YamlSource;
  readonly #document: Document;

  constructor(source: YamlSource) {
    this.#source = source;
    this.#document = parseDocument(source.text, { lineCounter: this.#lines, prettyErrors: false, version: "1.2" });
  }

  read(): Layer {
    const faults = [...this.#document.errors, ...this.#document.warnings];
    for (const { code, pos } of faults) {
      const repeated = code === "DUPLICATE_KEY" ? "this key is written twice" : `this is not valid YAML (${code.toLowerCase().replaceAll("_", " ")})`;
      this.#problems.push(problem("unreadable", { file: this.#source.file, line: this.#lines.linePos(pos[0]).line }, repeated));
    }
    if (faults.length === 0) this.#section(this.#document.contents, this.#source.tree, [], null);
    return { values: this.#values, problems: this.#problems };
  }

  #section(found: unknown, tree: KeyTree, path: readonly string[], keyNode: unknown): void {
    const node = this.#resolve(found, 0);
    if (node === null || (isScalar(node) && node.value === null)) return;
    if (!isMap(node)) {
      this.#report("bad_value", keyNode ?? node, path, "expected a section with keys below it");
      return;
    }
    for (const pair of node.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : "";
      const at = [...path, name];
      if (path.length === 0 && this.#source.elsewhere?.has(name)) continue;
      const child = tree.children.get(name);
      if (!child) this.#report("unknown_key", pair.key, at, `there is no such key${hint(nearestOf(this.#key(at) ?? "", this.#source.known))}`);
      else if (child.leaf) this.#leaf(pair.value, child.leaf.key, child.leaf.json, pair.key);
      else this.#section(pair.value, child, at, pair.key);
    }
  }

  #leaf(node: unknown, key: string, json: JSONSchema.BaseSchema, keyNode: unknown): void {
    const before = this.#problems.length;
    const value = this.#value(node, json, key, keyNode, 0);
    if (this.#problems.length > before) return;
    const { file, source } = this.#source;
    const line = this.#line(keyNode);
    this.#values.set(key, { source, where: `${file}:${line}`, value, place: { file, line } });
  }

  #value(found: unknown, json: JSONSchema.BaseSchema | null, key: string, keyNode: unknown, depth: number): unknown {
    const node = this.#resolve(found, depth);
    if (depth > MAX_DEPTH) {
      this.#reportKey("unreadable", keyNode, key, "this is nested too deep");
      return null;
    }
    if (isMap(node)) {
      return Object.fromEntries(node.items.map((pair) => {
        const name = isScalar(pair.key) ? String(pair.key.value) : "";
        const child = json?.properties?.[name] ?? json?.additionalProperties;
        return [name, this.#value(pair.value, typeof child === "object" ? child : null, key, pair.key, depth + 1)];
      }));
    }
    if (isSeq(node)) {
      const item = typeof json?.items === "object" && !Array.isArray(json.items) ? json.items : null;
      return node.items.map((each) => this.#value(each, item, key, each, depth + 1));
    }
    if (!isScalar(node)) return null;
    return typeof node.value === "string" ? this.#text(node.value, json, key, keyNode) : node.value;
  }

  /** `${VAR}` must be set; `${VAR:-default}` need not; `$${` stays as `${`. Text from a reference is read as the type that is wanted. */
  #text(text: string, json: JSONSchema.BaseSchema | null, key: string, keyNode: unknown): unknown {
    if (!text.includes("${")) return text;
    let referenced = false;
    const result = text.replace(/\$(\$\{)|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g, (_match, escaped: string | undefined, name: string | undefined, fallback: string | undefined) => {
      if (escaped !== undefined) return escaped;
      if (name === undefined) {
        this.#reportKey("unresolved_reference", keyNode, key, "a reference reads ${NAME} or ${NAME:-default}; write $${ for the characters themselves");
        return "";
      }
      referenced = true;
      this.#source.onReference?.(name);
      const value = this.#source.env[name] || fallback;
      if (value === undefined) this.#reportKey("unresolved_reference", keyNode, key, `the variable ${name} is not set and the reference has no default`);
      return value ?? "";
    });
    return referenced && json ? fromText(json, result) : result;
  }

  #resolve(node: unknown, depth: number): Node | null {
    if (isAlias(node)) {
      const target = depth > MAX_DEPTH ? undefined : node.resolve(this.#document);
      if (!target) this.#problems.push(problem("unreadable", { file: this.#source.file, line: this.#line(node) }, "this alias points to nothing; put text that begins with * in quotes"));
      return target ?? null;
    }
    return isScalar(node) || isMap(node) || isSeq(node) ? node : null;
  }

  #report(kind: ConfigProblem["kind"], node: unknown, path: readonly string[], message: string): void {
    this.#reportKey(kind, node, this.#key(path), message);
  }

  #reportKey(kind: ConfigProblem["kind"], node: unknown, key: string | null, message: string): void {
    this.#problems.push(problem(kind, { file: this.#source.file, line: this.#line(node), key }, message));
  }

  #key(path: readonly string[]): string | null {
    const { below } = this.#source;
    return (below === null ? path : [below, ...path]).join(".") || null;
  }

  #line(node: unknown): number {
    const start = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
    return this.#lines.linePos(start ?? 0).line;
  }
}
