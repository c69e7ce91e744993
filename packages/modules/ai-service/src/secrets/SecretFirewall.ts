import { createHmac } from "node:crypto";
import { findSecrets, isEnvironmentFile } from "@coder/shared";

const PLACEHOLDER = /__SECRET_[0-9a-f]{12}__/g;
/** What was hidden before, of which a placeholder within a placeholder would come back by half; or only says that a secret begins or ends. */
const NO_SECRET = /__SECRET_[0-9a-f]{12}__|^-----(?:BEGIN|END) [A-Z ]{0,30}PRIVATE KEY-----$/;
const KNOWN_CHARS = 8;
/** What ordinary text is full of, and what names a secret instead of being one: it is hidden where a secret stands, and not throughout. */
const ORDINARY = /^(?:password|passphrase|postgres|postgresql|username|authentication|authorization|\$\{[^}]*\}|\$[A-Z_][A-Z0-9_]*|<[\w -]*>)$/i;

/**
 * Keeps secrets from leaving: each is replaced by a placeholder, the same for the same secret and salt, and put back where the model wrote the placeholder
 * into an edit. The placeholder says nothing about its secret to whoever does not know the salt.
 */
export class SecretFirewall {
  readonly #salt: string;
  readonly #secrets = new Map<string, string>();

  constructor(salt: string) {
    this.#salt = salt;
  }

  /** How many different ones were replaced. */
  get count(): number {
    return this.#secrets.size;
  }

  /** The text as it may be sent. `path`: of the file that it is from. */
  hide(text: string, path = ""): string {
    let safe = "";
    let at = 0;
    for (const { start, end } of findSecrets(text, { environmentFile: isEnvironmentFile(path) })) {
      safe += text.slice(at, start) + this.#linesHidden(text.slice(start, end));
      at = end;
    }
    return this.hideKnown(safe + text.slice(at));
  }

  /** A secret that was known by its place once is one wherever it stands, unless it is so short, or so ordinary, that it may be anything. */
  hideKnown(text: string): string {
    let safe = text;
    // The longest first: one may begin with another, and its rest would stay.
    const known = [...this.#secrets].filter(([, secret]) => secret.length >= KNOWN_CHARS && !ORDINARY.test(secret) && text.includes(secret)).sort(([, left], [, right]) => right.length - left.length);
    for (const [placeholder, secret] of known) safe = safe.replaceAll(secret, placeholder);
    return safe;
  }

  /** With the secrets that were replaced in this conversation since it was opened here. Placeholders nobody knows stay, and are told by `unknownIn`. */
  reveal(text: string): string {
    return text.replace(PLACEHOLDER, (placeholder) => this.#secrets.get(placeholder) ?? placeholder);
  }

  unknownIn(text: string): string[] {
    return [...new Set(text.match(PLACEHOLDER) ?? [])].filter((placeholder) => !this.#secrets.has(placeholder));
  }

  /** Line by line, so that what is below a key of many lines keeps its line number, and each line is known wherever it is met. */
  #linesHidden(secret: string): string {
    return secret
      .split(/(\r?\n)/)
      .map((line) => (line.trim() === "" || NO_SECRET.test(line) ? line : this.#placeholder(line)))
      .join("");
  }

  #placeholder(secret: string): string {
    const placeholder = `__SECRET_${createHmac("sha256", this.#salt).update(secret).digest("hex").slice(0, 12)}__`;
    this.#secrets.set(placeholder, secret);
    return placeholder;
  }
}
