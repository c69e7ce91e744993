import type { FoundSecret } from "@coder/shared";

/** Nothing comes back that it would have to be replaced in. */
const PLACEHOLDER = "__SECRET__";

/** A piece of a text as it may be sent, and how many secrets were left out of it. A secret that reaches beyond the piece is left out as far as it stands in it. */
export function withoutSecrets(text: string, secrets: readonly FoundSecret[], from = 0, to = text.length): { readonly text: string; readonly secrets: number } {
  let [safe, at, count] = ["", from, 0];
  for (const { start, end } of secrets) {
    if (end <= from || start >= to) continue;
    safe += text.slice(at, Math.max(at, start)) + PLACEHOLDER;
    at = Math.min(end, to);
    count += 1;
  }
  return { text: safe + text.slice(at, to), secrets: count };
}
