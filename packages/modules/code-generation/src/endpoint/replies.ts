import { propertyName } from "../code/styled.ts";
import type { Answer } from "../target/answers.ts";

/** How a framework's handlers answer, as lines of code. */
export interface Replies {
  /** @param message code of a text */
  readonly fail: (status: number, message: string, answer: Answer) => string[];
  readonly ok: (value: string) => string[];
  readonly created: (value: string) => string[];
  readonly empty: () => string[];
}

function bodyOf({ kind, key, within, fixed }: Answer, message: string, status: number): string {
  if (kind === "text") return message;
  const fields = [...fixed.map(({ name, value }) => `${propertyName(name)}: ${value === "status" ? status : value}`), message === key ? key : `${propertyName(key)}: ${message}`];
  return within.reduceRight((inner, name) => `{ ${propertyName(name)}: ${inner} }`, `{ ${fields.join(", ")} }`);
}

export function expressReplies(response: string): Replies {
  return {
    fail: (status, message, answer) => [
      answer.kind === "none" ? `${response}.sendStatus(${status});` : `${response}.status(${status}).${answer.kind === "text" ? "send" : "json"}(${bodyOf(answer, message, status)});`,
      "return;",
    ],
    ok: (value) => [`${response}.json(${value});`],
    created: (value) => [`${response}.status(201).json(${value});`],
    empty: () => [`${response}.status(204).end();`],
  };
}

/** The same as Express has it, without what only Express has. */
export function pagesReplies(response: string): Replies {
  const express = expressReplies(response);
  return { ...express, fail: (status, message, answer) => (answer.kind === "none" ? [`${response}.status(${status}).end();`, "return;"] : express.fail(status, message, answer)) };
}

export function fastifyReplies(reply: string): Replies {
  return {
    fail: (status, message, answer) => [answer.kind === "none" ? `return ${reply}.code(${status}).send();` : `return ${reply}.code(${status}).send(${bodyOf(answer, message, status)});`],
    ok: (value) => [`return ${value};`],
    created: (value) => [`return ${reply}.code(201).send(${value});`],
    empty: () => [`return ${reply}.code(204).send();`],
  };
}

/** @param json `Response`, or `NextResponse` where the project uses that */
export function routeReplies(json: "Response" | "NextResponse"): Replies {
  return {
    fail: (status, message, answer) => [
      answer.kind === "json" ? `return ${json}.json(${bodyOf(answer, message, status)}, { status: ${status} });` : `return new Response(${answer.kind === "text" ? message : "null"}, { status: ${status} });`,
    ],
    ok: (value) => [`return ${json}.json(${value});`],
    created: (value) => [`return ${json}.json(${value}, { status: 201 });`],
    empty: () => ["return new Response(null, { status: 204 });"],
  };
}

