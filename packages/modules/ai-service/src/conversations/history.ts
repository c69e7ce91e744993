import type { ContextItem, Part } from "@coder/api/ai-service";
import type { ModelMessage } from "../gateway/model-provider.ts";
import type { SecretFirewall } from "../secrets/SecretFirewall.ts";
import type { StoredMessage } from "./ConversationStore.ts";
import { textOf } from "./parts.ts";

const OMITTED = "[left out: the conversation has grown too long]";

/** A branch of a conversation in a model's words, without secrets. */
export function modelMessages(history: readonly StoredMessage[], firewall: SecretFirewall): ModelMessage[] {
  return history.flatMap(({ row, parts }) => (row.role === "user" ? [{ role: "user" as const, text: firewall.hide(textOf(parts)) }] : answerMessages(parts, firewall)));
}

/** An answer in turns: what was said and called, then what the tools answered, and so on. */
function answerMessages(parts: readonly Part[], firewall: SecretFirewall): ModelMessage[] {
  const messages: ModelMessage[] = [];
  let text = "";
  let calls: Extract<Part, { kind: "tool" }>[] = [];
  const close = (): void => {
    if (text.trim() === "" && calls.length === 0) return;
    messages.push({ role: "assistant", text: firewall.hide(text), toolCalls: calls.map(({ callId, name, input }) => ({ id: callId, name, input: safeInput(input, firewall) })) });
    // What answered without a model kept what programs print as it was.
    for (const { callId, output } of calls) messages.push({ role: "tool", callId, text: firewall.hide(output ?? "It was cut off.") });
    text = "";
    calls = [];
  };
  for (const part of parts) {
    if (part.kind === "tool") calls.push(part);
    if (part.kind !== "text") continue;
    if (calls.length > 0) close();
    text += part.text;
  }
  close();
  return messages;
}

/** What a person typed after a command is an input too. It stays JSON. */
function safeInput(input: string, firewall: SecretFirewall): string {
  if (firewall.hide(input) === input) return input;
  try {
    return JSON.stringify(JSON.parse(input, (_key, value: unknown) => (typeof value === "string" ? firewall.hide(value) : value)));
  } catch {
    return "{}";
  }
}

/** As much of the end as fits: first the answers of old tools are left out, then whole turns from the beginning, never the last message. */
export function fitted(messages: readonly ModelMessage[], limit: number, count: (text: string) => number): ModelMessage[] {
  const sizeOf = (message: ModelMessage): number => count(message.text) + (message.role === "assistant" ? message.toolCalls.reduce((sum, { input }) => sum + count(input), 0) : 0) + 8;
  const kept = [...messages];
  let size = kept.reduce((sum, message) => sum + sizeOf(message), 0);
  const lastUser = kept.findLastIndex(({ role }) => role === "user");
  for (let at = 0; at < lastUser && size > limit; at += 1) {
    const message = kept[at];
    if (message?.role !== "tool") continue;
    size -= sizeOf(message);
    kept[at] = { ...message, text: OMITTED };
    size += count(OMITTED);
  }
  let from = 0;
  while (from < lastUser && size > limit) {
    const next = kept.findIndex(({ role }, index) => index > from && role === "user");
    if (next < 0) break;
    for (const message of kept.slice(from, next)) size -= sizeOf(message);
    from = next;
  }
  // What is left may be one long turn: its own older results go.
  for (let at = lastUser + 1; at < kept.length - 4 && size > limit; at += 1) {
    const message = kept[at];
    if (message?.role !== "tool") continue;
    size -= sizeOf(message);
    kept[at] = { ...message, text: OMITTED };
    size += count(OMITTED);
  }
  return kept.slice(from);
}

/** How the person pointed at it. */
export function placeOf({ path, startLine, endLine }: ContextItem): string {
  if (startLine === null) return path;
  return endLine === null || endLine === startLine ? `${path}:${startLine}` : `${path}:${startLine}-${endLine}`;
}
