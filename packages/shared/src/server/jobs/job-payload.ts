import { isSecretName, redact, REDACTED, TextScrubber } from "../log/redact.ts";

/** A payload as people may see it: without what its definition marks, what its fields' names give away, wherever else in it that stands, and passwords inside texts. */
export function shownPayload(payload: unknown, marked: readonly string[], scrubber: TextScrubber): unknown {
  const hidden = marked.reduce((value, path) => without(value, path.split(".")), payload);
  const text = JSON.stringify(redact(hidden));
  return text === undefined ? null : JSON.parse(payloadScrubber(payload, marked, scrubber)(text));
}

/** What is longer is no key that a message would repeat. */
const LONGEST_SECRET = 4_096;

/** Masks in a job's texts, too, what its payload hides: an error may well repeat the key that was refused. */
export function payloadScrubber(payload: unknown, marked: readonly string[], scrubber: TextScrubber): (text: string) => string {
  const own = new TextScrubber();
  for (const secret of [...marked.flatMap((path) => textsAt(payload, path.split("."))), ...namedSecrets(payload)]) {
    if (secret.length <= LONGEST_SECRET) own.add(secret);
  }
  return (text) => own.scrub(scrubber.scrub(text));
}

/** `*` stands for every field or item. */
function without(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return REDACTED;
  if (Array.isArray(value)) return value.map((item, at) => (step === "*" || step === String(at) ? without(item, rest) : item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, step === "*" || step === name ? without(field, rest) : field]));
}

function textsAt(value: unknown, [step, ...rest]: readonly string[]): readonly string[] {
  if (step === undefined) return textsIn(value);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => (step === "*" || step === name ? textsAt(field, rest) : []));
}

function namedSecrets(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => (isSecretName(name) ? textsIn(field) : namedSecrets(field)));
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
