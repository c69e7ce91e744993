import { ts } from "ts-morph";
import { bindingsOf } from "../engine/bindings.ts";
import { isText, type Place, type Sources, walk } from "../engine/Sources.ts";
import { isTestFile } from "./test-facts.ts";

/** How a project tells a client of its mistake. */
export interface Answer {
  /** `json`: an object with the message in `key`. `text`: the message alone. `none`: the status alone. */
  readonly kind: "json" | "text" | "none";
  readonly key: string;
  /** Names of the objects around it, the outermost first: `{ error: { message } }`. */
  readonly within: readonly string[];
  /** Fields that always hold the same. */
  readonly fixed: readonly { readonly name: string; readonly value: string }[];
  readonly place: Place | null;
}

const USUAL: Answer = { kind: "json", key: "error", within: [], fixed: [], place: null };

/** Answers with a status, as most of the handlers give them; those with another status where there is none with this. */
export function answersOf(sources: Sources, paths: readonly string[]): { readonly notFound: Answer; readonly badRequest: Answer } {
  const found: { readonly status: number; readonly answer: Answer }[] = [];
  for (const path of paths) {
    if (isTestFile(path) || !/status|code\(|sendStatus/.test(sources.text(path) ?? "")) continue;
    const tree = sources.tree(path);
    if (bindingsOf(tree).some(({ module }) => module === "react")) continue;
    walk(tree, (node) => {
      const one = ts.isCallExpression(node) ? answerOf(node) : null;
      if (one) found.push({ status: one.status, answer: { ...one.answer, place: sources.placeOf(path, node) } });
    });
  }
  const of = (status: number) => mostOf(found.filter((one) => one.status === status).map(({ answer }) => answer));
  const any = mostOf(found.filter(({ status }) => status >= 400 && status < 500).map(({ answer }) => answer));
  return { notFound: of(404) ?? any ?? USUAL, badRequest: of(400) ?? any ?? USUAL };
}

function mostOf(answers: readonly Answer[]): Answer | null {
  const counts = new Map<string, { count: number; answer: Answer }>();
  for (const answer of answers) {
    const key = JSON.stringify([answer.kind, answer.key, answer.within, answer.fixed]);
    counts.set(key, { count: (counts.get(key)?.count ?? 0) + 1, answer: counts.get(key)?.answer ?? answer });
  }
  return [...counts.values()].sort((one, other) => other.count - one.count)[0]?.answer ?? null;
}

/** `res.status(404).json({ error: "…" })`, `reply.code(404).send(…)`, `Response.json({…}, { status: 404 })`, `res.sendStatus(404)`. */
function answerOf(node: ts.CallExpression): { readonly status: number; readonly answer: Omit<Answer, "place"> } | null {
  if (!ts.isPropertyAccessExpression(node.expression)) return null;
  const { expression: target, name } = node.expression;
  const [first, second] = node.arguments;
  if (name.text === "sendStatus") {
    const status = numberOf(first);
    return status === null ? null : { status, answer: { kind: "none", key: "", within: [], fixed: [] } };
  }
  if (!["json", "send", "end"].includes(name.text)) return null;
  if (ts.isIdentifier(target) && target.text.endsWith("Response")) {
    const status = second && ts.isObjectLiteralExpression(second) ? numberOf(second.properties.flatMap((property) => (ts.isPropertyAssignment(property) && property.name.getText() === "status" ? [property.initializer] : []))[0]) : null;
    return status === null ? null : bodyOf(first, status);
  }
  if (!ts.isCallExpression(target) || !ts.isPropertyAccessExpression(target.expression) || !["status", "code"].includes(target.expression.name.text)) return null;
  const status = numberOf(target.arguments[0]);
  return status === null ? null : bodyOf(first, status);
}

function bodyOf(body: ts.Expression | undefined, status: number): { readonly status: number; readonly answer: Omit<Answer, "place"> } | null {
  if (!body) return { status, answer: { kind: "none", key: "", within: [], fixed: [] } };
  if (isText(body) || ts.isTemplateExpression(body)) return { status, answer: { kind: "text", key: "", within: [], fixed: [] } };
  if (!ts.isObjectLiteralExpression(body)) return null;
  const fields = body.properties.flatMap((property) => (ts.isPropertyAssignment(property) && (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name)) ? [{ name: property.name.text, value: property.initializer }] : []));
  if (fields.length !== body.properties.length) return null;
  const [only] = fields;
  if (fields.length === 1 && only && ts.isObjectLiteralExpression(only.value)) {
    const inner = bodyOf(only.value, status);
    return inner && { status, answer: { ...inner.answer, within: [only.name, ...inner.answer.within] } };
  }
  const message = fields.find(({ name, value }) => /^(?:error|message|msg|detail|title|reason)$/i.test(name) && (isText(value) || ts.isTemplateExpression(value))) ?? fields.find(({ value }) => isText(value) || ts.isTemplateExpression(value));
  if (!message) return null;
  const fixed: { name: string; value: string }[] = [];
  for (const { name, value } of fields) {
    if (name === message.name) continue;
    const isConstant = value.kind === ts.SyntaxKind.TrueKeyword || value.kind === ts.SyntaxKind.FalseKeyword || value.kind === ts.SyntaxKind.NullKeyword;
    const isStatus = ts.isNumericLiteral(value) && Number(value.text) === status;
    if (!isConstant && !isStatus) return null;
    fixed.push({ name, value: isStatus ? "status" : value.getText() });
  }
  return { status, answer: { kind: "json", key: message.name, within: [], fixed } };
}

function numberOf(node: ts.Expression | undefined): number | null {
  return node && ts.isNumericLiteral(node) ? Number(node.text) : null;
}
