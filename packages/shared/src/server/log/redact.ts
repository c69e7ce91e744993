/** Names of fields whose content never gets into a log. Compared in lower case without `-` and `_`. */
const SECRET_WORDS = ["password", "passwd", "passphrase", "secret", "token", "cookie", "authorization", "apikey", "accesskey", "privatekey", "signingkey", "credential", "connectionstring", "otp"];

export const REDACTED = "[redacted]";

const MAX_DEPTH = 8;
const MAX_ITEMS = 100;

/** Whether a field of this name holds something secret. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[-_]/g, "");
  return SECRET_WORDS.some((word) => plain.includes(word));
}

/**
 * A copy that is safe to log: secret fields masked at any depth, errors as plain objects, no cycles, bounded in depth and
 * length. Numbers and truth values under a secret name stay (`maxTokens: 4000`), because they cannot be the secret.
 */
export function redact(value: unknown, depth = 0, seen: ReadonlySet<object> = new Set()): unknown {
  if (typeof value === "bigint" || typeof value === "symbol") return value.toString();
  if (typeof value === "function") return "[function]";
  if (typeof value !== "object" || value === null) return value;
  if (seen.has(value)) return "[circular]";
  if (depth > MAX_DEPTH) return "[deep]";
  const inside = new Set(seen).add(value);
  if (value instanceof Error) return redactError(value, depth, inside);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map || value instanceof Set) return redact([...value], depth, inside);
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1, inside));
    return value.length > MAX_ITEMS ? [...items, `[${value.length - MAX_ITEMS} more]`] : items;
  }
  return redactFields(Object.entries(value), depth, inside);
}

function redactFields(entries: readonly (readonly [string, unknown])[], depth: number, seen: ReadonlySet<object>): Record<string, unknown> {
  return Object.fromEntries(
    entries.map(([name, field]) => {
      const harmless = field === null || field === undefined || typeof field === "number" || typeof field === "boolean";
      return [name, !harmless && isSecretName(name) ? REDACTED : redact(field, depth + 1, seen)];
    }),
  );
}

function redactError(error: Error, depth: number, seen: ReadonlySet<object>): Record<string, unknown> {
  const own = redactFields(Object.entries(error).map(([name, field]) => [name, isMachinery(field) ? "[object]" : field]), depth, seen);
  const cause = error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1, seen) };
  return { ...own, type: error.name, message: error.message, stack: error.stack, ...cause };
}

/** What libraries hang on their errors: connections, sockets, requests. Pages of state that say nothing of the fault. */
function isMachinery(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Error || value instanceof Date || ArrayBuffer.isView(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== null && prototype !== Object.prototype && !(value instanceof Map) && !(value instanceof Set);
}

/** Masks what looks like a credential inside a text: passwords in URLs, bearer tokens, query parameters with secret names. */
const CREDENTIALS: readonly (readonly [RegExp, string])[] = [
  [/(:\/\/[^\s:/?#@"\\]*):[^\s@/"\\]+@/g, `$1:${REDACTED}@`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [/([?&][\w.-]*(?:token|secret|password|code|api_?key|access_?key|signature)[\w.-]*=)[^&\s"\\#]+/gi, `$1${REDACTED}`],
];

/** An odd number of backslashes before a match would mean that its first character belongs to an escape: the line would no longer be JSON. */
const NOT_INSIDE_ESCAPE = String.raw`(?<!(?<!\\)(?:\\\\)*\\)`;

/** The last pass over a finished line: known secret values and credentials that hide in free text. */
export class TextScrubber {
  readonly #known = new Set<string>();
  #pattern: RegExp | null = null;

  /** Texts of fewer than 8 characters would mask ordinary words; those are left to the names of their fields. */
  add(secret: string): void {
    for (const form of formsOf(secret)) if (form.length >= 8) this.#known.add(form);
    // Longest first, so that a secret inside another does not leave a rest.
    const texts = [...this.#known].sort((a, b) => b.length - a.length).map((text) => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&"));
    this.#pattern = texts.length === 0 ? null : new RegExp(`${NOT_INSIDE_ESCAPE}(?:${texts.join("|")})`, "g");
  }

  scrub(line: string): string {
    const known = this.#pattern === null ? line : line.replace(this.#pattern, REDACTED);
    return CREDENTIALS.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), known);
  }
}

/** How a secret may look inside a line of JSON, as text or in JSON that is text itself; for a URL also its password alone. */
function formsOf(secret: string): readonly string[] {
  const password = URL.canParse(secret) ? new URL(secret).password : "";
  const texts = [secret, password, safelyDecoded(password)];
  return texts.flatMap((text) => [escaped(text), escaped(escaped(text)), encodeURIComponent(text.toWellFormed())]);
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
