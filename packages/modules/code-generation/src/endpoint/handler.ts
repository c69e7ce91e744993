import { quoted } from "../code/styled.ts";
import { keyField } from "./data-source.ts";
import { type EndpointPlan, notFoundText } from "./plan.ts";
import type { Replies } from "./replies.ts";
import { guard } from "./validation.ts";

/** What a handler does once its input is checked. @param renamed names of the source that are others in this file */
export function handlerLines(plan: EndpointPlan, replies: Replies, renamed: ReadonlyMap<string, string>): string[] {
  const { action, source, names, id, parents, model } = plan;
  const steps = source.steps(action, { names, id: id?.name ?? null, key: id ? keyField(id.name) : "id", values: "values", parents });
  const own = (code: string): string => [...renamed].reduce((text, [from, to]) => text.replaceAll(new RegExp(`(?<![.\\w])${from}\\b`, "g"), to), code);
  const missing = steps.missing === null ? [] : guard(own(steps.missing), replies.fail(404, quoted(notFoundText(plan)), model.answers.notFound));
  const result = steps.result === null ? null : own(steps.result);
  const answer = result === null ? replies.empty() : action === "create" ? replies.created(result) : replies.ok(result);
  return [...steps.before.map(own), ...missing, ...steps.after.map(own), ...answer];
}
