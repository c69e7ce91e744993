import type { ChunkKind } from "@coder/api/embeddings";
import type { ParsedLanguage } from "./detect-language.ts";

/**
 * What a type of node means to the chunker.
 *
 * - `comment`, `lead`: documentation, or an attribute, of what follows.
 * - `import`: tells where names come from, and is found by text search: it would only stand in the way here.
 * - `wrapper`: stands around a declaration and belongs to it: `export`, a decorated definition.
 * - `declaration`: has a name in the field `name`. `scope`: its members are looked at one by one, however small it is.
 * - `assigned`: is called like its left side; what it is depends on the right side.
 * - `registered`: a call that gives a function a name: a route, a test, what happens at an event.
 */
export type Rule =
  | { readonly role: "comment" | "import" | "lead" | "wrapper" }
  | { readonly role: "declaration"; readonly kind: ChunkKind; readonly scope?: true; readonly name?: string; readonly receiver?: string }
  | { readonly role: "assigned"; readonly left: string; readonly right: string }
  | { readonly role: "registered"; readonly callee: string; readonly given: string };

export interface Grammar {
  /** File in `@vscode/tree-sitter-wasm`. */
  readonly wasm: string;
  readonly rules: Readonly<Record<string, Rule>>;
  /** What a right side of `assigned` makes of it; anything else is a variable. */
  readonly values?: Readonly<Record<string, "function" | "class">>;
  /** Node types that hold the members of a scope, besides its field `body`. */
  readonly bodies?: readonly string[];
  /** A string that stands first in a body documents it. */
  readonly docstrings?: true;
  /** Whole statements that are imports, or lists of what is exported, without having syntax of their own. */
  readonly links?: RegExp;
}

const comment: Rule = { role: "comment" };
const lead: Rule = { role: "lead" };
const imports: Rule = { role: "import" };
const wrapper: Rule = { role: "wrapper" };
const declares = (kind: ChunkKind, name?: string): Rule => ({ role: "declaration", kind, ...(name === undefined ? {} : { name }) });
const scope = (kind: ChunkKind, name?: string): Rule => ({ role: "declaration", kind, scope: true, ...(name === undefined ? {} : { name }) });
const assigned = (left: string, right: string): Rule => ({ role: "assigned", left, right });

/** `require("./user").User` and `require("debug")("app")`. */
const REQUIRED = String.raw`require\([^()]*\)[\w$.]*(?![\w$.])(?:\([^()]*\))?`;
/** CommonJS has no syntax of its own. */
const LINKS = [
  // const { a } = require("a")
  String.raw`(?:const|let|var)\s(?:[\w$\s{},:]+=\s*${REQUIRED})+`,
  // module.exports = { a, b }, but not module.exports = { port: 80 }, which says something itself
  String.raw`(?:module\.)?exports(?:\.[\w$]+)?\s*=\s*(?:${REQUIRED}|[A-Za-z_$][\w$.]*|\{[\w$\s,]*\})`,
];

const ECMASCRIPT: Pick<Grammar, "rules" | "values" | "links"> = {
  links: new RegExp(`^(?:${LINKS.join("|")})\\s*;?$`),
  rules: {
    comment, import_statement: imports, decorator: lead, export_statement: wrapper, ambient_declaration: wrapper, expression_statement: wrapper, lexical_declaration: wrapper, variable_declaration: wrapper,
    function_declaration: declares("function"), generator_function_declaration: declares("function"), function_signature: declares("function"),
    class_declaration: scope("class"), abstract_class_declaration: scope("class"),
    method_definition: declares("method"), method_signature: declares("method"), abstract_method_signature: declares("method"),
    interface_declaration: declares("interface"), type_alias_declaration: declares("type"), enum_declaration: declares("enum"),
    internal_module: scope("module"), module: scope("module"),
    variable_declarator: assigned("name", "value"), assignment_expression: assigned("left", "right"), pair: assigned("key", "value"),
    call_expression: { role: "registered", callee: "function", given: "arguments" },
    public_field_definition: assigned("name", "value"), field_definition: assigned("property", "value"),
  },
  values: { arrow_function: "function", function_expression: "function", generator_function: "function", class: "class" },
};

export const GRAMMARS: Readonly<Record<ParsedLanguage, Grammar>> = {
  javascript: { wasm: "tree-sitter-javascript.wasm", ...ECMASCRIPT },
  typescript: { wasm: "tree-sitter-typescript.wasm", ...ECMASCRIPT },
  tsx: { wasm: "tree-sitter-tsx.wasm", ...ECMASCRIPT },
  python: {
    wasm: "tree-sitter-python.wasm",
    docstrings: true,
    rules: {
      comment, import_statement: imports, import_from_statement: imports, future_import_statement: imports, decorated_definition: wrapper, expression_statement: wrapper,
      function_definition: declares("function"), class_definition: scope("class"), assignment: assigned("left", "right"), type_alias_statement: declares("type", "left"),
    },
    values: { lambda: "function" },
  },
  go: {
    wasm: "tree-sitter-go.wasm",
    rules: {
      comment, package_clause: imports, import_declaration: imports, type_declaration: wrapper,
      function_declaration: declares("function"), method_declaration: { role: "declaration", kind: "method", receiver: "receiver" },
      type_spec: declares("type"), type_alias: declares("type"), var_spec: assigned("name", "value"), const_spec: assigned("name", "value"),
    },
    values: { func_literal: "function" },
  },
  java: {
    wasm: "tree-sitter-java.wasm",
    bodies: ["enum_body_declarations"],
    rules: {
      line_comment: comment, block_comment: comment, package_declaration: imports, import_declaration: imports,
      class_declaration: scope("class"), record_declaration: scope("class"), interface_declaration: scope("interface"), enum_declaration: scope("enum"),
      annotation_type_declaration: scope("interface"),
      method_declaration: declares("method"), constructor_declaration: declares("method"), compact_constructor_declaration: declares("method"),
      annotation_type_element_declaration: declares("method"),
    },
  },
  rust: {
    wasm: "tree-sitter-rust.wasm",
    rules: {
      line_comment: comment, block_comment: comment, use_declaration: imports, extern_crate_declaration: imports, attribute_item: lead, inner_attribute_item: lead,
      function_item: declares("function"), function_signature_item: declares("function"), macro_definition: declares("function"),
      struct_item: declares("class"), union_item: declares("class"), enum_item: declares("enum"), type_item: declares("type"),
      trait_item: scope("interface"), impl_item: scope("class", "type"), mod_item: scope("module"),
    },
  },
};
