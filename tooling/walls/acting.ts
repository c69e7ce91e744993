import { parseSync } from "oxc-parser";

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

const TENANT_FIELDS: ReadonlySet<string> = new Set(["organizationId", "userId"]);
const CALLER_KINDS: ReadonlySet<unknown> = new Set(["user", "system"]);

/**
 * Whether a source makes a caller of its own instead of handing on the one it got: `{ ...caller, organizationId }`,
 * `{ kind: "user", … }`, `systemCaller(part, organizationId)`. Rows and events name an organization too, so what is spread has
 * to be called a caller.
 */
export function makesCaller(text: string): boolean {
  const { program } = parseSync("source.ts", text);
  return some(program, (node) => isMadeFromAnother(node) || isMadeAnew(node) || isSystemCallerFor(node));
}

/** Names of tables that a source describes with `defineEntity({ table: "…" })`. Null for one that is not a literal. */
export function tablesDescribed(text: string): readonly (string | null)[] {
  const { program } = parseSync("source.ts", text);
  const tables: (string | null)[] = [];
  some(program, (node) => {
    if (callee(node) !== "defineEntity") return false;
    const [argument] = list(node["arguments"]);
    const table = argument ? properties(argument).find(({ name }) => name === "table")?.value : undefined;
    tables.push(table && typeof table["value"] === "string" ? table["value"] : null);
    return false;
  });
  return tables;
}

function isMadeFromAnother(node: Node): boolean {
  if (node.type !== "ObjectExpression") return false;
  const spreadsCaller = list(node["properties"]).some((part) => part.type === "SpreadElement" && /caller/i.test(lastName(part["argument"])));
  return spreadsCaller && properties(node).some(({ name }) => TENANT_FIELDS.has(name));
}

function isMadeAnew(node: Node): boolean {
  if (node.type !== "ObjectExpression") return false;
  const parts = properties(node);
  const kind = parts.find(({ name }) => name === "kind")?.value["value"];
  return CALLER_KINDS.has(kind) && parts.some(({ name }) => name === "organizationId");
}

function isSystemCallerFor(node: Node): boolean {
  return callee(node) === "systemCaller" && list(node["arguments"]).length > 1;
}

function callee(node: Node): string | null {
  return node.type === "CallExpression" ? lastName(node["callee"]) : null;
}

/** `context.caller` and `caller` are both called `caller`. */
function lastName(value: unknown): string {
  if (!isNode(value)) return "";
  if (value.type === "MemberExpression") return lastName(value["property"]);
  return typeof value["name"] === "string" ? value["name"] : "";
}

function properties(object: Node): { readonly name: string; readonly value: Node }[] {
  return list(object["properties"]).flatMap((part) => {
    const { key, value } = part;
    if (part.type !== "Property" || !isNode(key) || !isNode(value)) return [];
    return [{ name: typeof key["name"] === "string" ? key["name"] : String(key["value"]), value }];
  });
}

function some(value: unknown, test: (node: Node) => boolean): boolean {
  if (Array.isArray(value)) return value.some((item) => some(item, test));
  if (!isNode(value)) return false;
  return test(value) || Object.values(value).some((child) => some(child, test));
}

function list(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
