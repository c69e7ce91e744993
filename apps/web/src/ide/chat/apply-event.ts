import type { ConversationDetails, ConversationEvent } from "@coder/api/ai-service";

/** The conversation after an event, or null where it must be read again to know. */
export function applyEvent(details: ConversationDetails, event: ConversationEvent): ConversationDetails | null {
  if (event.kind === "conversation") return null;
  const id = event.kind === "text" ? event.messageId : event.message.id;
  const at = details.messages.findIndex((message) => message.id === id);
  const before = details.messages[at];
  if (!before) return null;
  if (event.kind === "message") return { ...details, messages: details.messages.with(at, event.message) };
  const part = before.parts[event.part];
  if (part?.kind !== "text" || part.text.length < event.offset) return null;
  // What is there already may have come with the whole message.
  const text = part.text.slice(0, event.offset) + event.text;
  if (text.length <= part.text.length) return details;
  return { ...details, messages: details.messages.with(at, { ...before, parts: before.parts.with(event.part, { kind: "text", text }) }) };
}
