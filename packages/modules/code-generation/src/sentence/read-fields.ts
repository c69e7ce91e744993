import type { EndpointAction, EndpointField, FieldType } from "@coder/api/code-generation";
import { named, singularOf, wordsOf } from "../engine/names.ts";
import type { Token } from "./tokens.ts";

/** Words that belong together stand next to each other. */
export const MAX_GAP = 3;

export interface FieldFound {
  readonly field: EndpointField;
  readonly from: Token;
  readonly to: Token;
}

const TYPES: ReadonlyMap<string, FieldType> = new Map([
  ["string", "string"], ["text", "string"], ["number", "number"], ["numeric", "number"], ["float", "number"], ["decimal", "number"], ["integer", "integer"], ["int", "integer"], ["boolean", "boolean"], ["bool", "boolean"], ["flag", "boolean"], ["date", "date"], ["datetime", "date"], ["timestamp", "date"], ["email", "email"], ["uuid", "uuid"], ["url", "url"], ["link", "url"],
]);
const BEGIN = /^(?:with|having|containing|fields?|takes|taking|accepts|accepting|including|body|from)$/;
const END = /^(?:please|in|on|at|to|into|for|that|which|using|via|when|where|if|returns?|by|should|must)$/;
const SKIP = new Set(["a", "an", "the", "its", "their", "and", "also", "new", "some", "of", "fields", "field", "properties", "attributes", "json", "with", "required", "is"]);

/** `with items and total`, `with name, email (optional) and age:integer`. */
export function readFields(tokens: readonly Token[], action: EndpointAction | null, byAt: number): FieldFound[] {
  if (action !== "create" && action !== "update") return [];
  const begin = tokens.findIndex(({ lower }, index) => BEGIN.test(lower) && index > 0 && index !== byAt && !(lower === "from" && action === "create" && tokens[index + 1]?.lower === "the"));
  if (begin < 0) return [];
  const found: FieldFound[] = [];
  for (let index = begin + 1; index < tokens.length; index++) {
    const token = tokens[index];
    if (!token || END.test(token.lower)) break;
    if (token.text === "." || token.text === ";" || token.text === "?") break;
    if (!/^[A-Za-z_]/.test(token.text) || SKIP.has(token.lower)) continue;
    if (token.lower === "body" && /^(?:with|of|:|has|is)$/.test(tokens[index + 1]?.lower ?? "")) continue;
    if (/^(?:optional|required)$/.test(token.lower)) {
      // `optional note`: of the next one; `note (optional)`: of the one before.
      const previous = tokens[index - 1];
      const last = found.at(-1);
      if (last && (previous?.text === "(" || previous === last.to || previous?.text === ":") && token.lower === "optional") found[found.length - 1] = { ...last, field: { ...last.field, optional: true } };
      continue;
    }
    const isOptional = tokens[index - 1]?.lower === "optional" || tokens[index + 1]?.text === "?";
    let end = index;
    let words = token.text;
    // `first name`: two words that no comma parts.
    const following = tokens[index + 1];
    const afterwards = tokens[index + 2];
    if (following && /^[a-z]+$/.test(following.text) && !SKIP.has(following.lower) && !END.test(following.lower) && TYPES.get(following.lower) === undefined && !/^(?:optional|required|as|list|array)$/.test(following.lower) && (afterwards === undefined || /^(?:,|and|\.|&|\+|\(|:)$/.test(afterwards.lower)) && following.start - token.end <= MAX_GAP && TYPES.get(token.lower) === undefined) {
      words = `${token.text} ${following.text}`;
      end = index + 1;
    }
    // `total: number`, `total as number`, `total (number)`, `number total`.
    let type: FieldType | null = null;
    let list = false;
    const mark = tokens[end + 1];
    const typeToken = tokens[end + 2];
    if (mark && (mark.text === ":" || mark.text === "(" || mark.lower === "as") && typeToken) {
      const plain = typeToken.lower.replace(/\[\]$/, "");
      const known = TYPES.get(plain) ?? TYPES.get(plain.replace(/s$/, ""));
      if (known) {
        [type, list] = [known, typeToken.lower.endsWith("[]")];
        end += 2;
      } else if (/^(?:list|array)$/.test(typeToken.lower)) {
        [type, list] = ["string", true];
        end += 2;
      }
    }
    const before = TYPES.get(token.lower);
    if (before && type === null && following && /^[A-Za-z_]\w*$/.test(following.text) && !SKIP.has(following.lower) && following.start - token.end <= MAX_GAP && !END.test(following.lower)) {
      [type, words, end] = [before, following.text, index + 1];
    }
    const name = fieldName(words);
    const to = tokens[end] ?? token;
    index = end;
    if (name === null || name === "id" || found.some(({ field }) => field.name === name)) continue;
    const guess = type === null ? byName(name) : { type, list };
    found.push({ field: { name, type: guess.type, list: guess.list, optional: isOptional }, from: token, to });
  }
  return found;
}

function fieldName(words: string): string | null {
  const name = /[ -]/.test(words) ? named(wordsOf(words), "camel") : words.replace(/\[\]$/, "");
  return /^[A-Za-z_][A-Za-z0-9_]{0,59}$/.test(name) ? name : null;
}

/** What a name says of its type; a text where it says nothing. */
export function byName(name: string): { readonly type: FieldType; readonly list: boolean } {
  const words = wordsOf(name);
  const last = words.at(-1) ?? "";
  const plain = (type: FieldType) => ({ type, list: false });
  if (/^(?:is|has|can|should|was)$/.test(words[0] ?? "") || /^(?:active|enabled|disabled|done|completed|published|verified|archived|deleted|available|visible)$/.test(last)) return plain("boolean");
  if (/^(?:email|mail)$/.test(last)) return plain("email");
  if (/^(?:url|website|link|homepage|avatar)$/.test(last)) return plain("url");
  if (/^(?:at|date|birthday|deadline|timestamp)$/.test(last)) return plain("date");
  if (/^(?:uuid|guid)$/.test(last)) return plain("uuid");
  if (/^(?:quantity|count|stock|age|year|rank|priority|port|size|duration|position|seats|quantity)$/.test(last)) return plain("integer");
  if (/^(?:price|total|amount|cost|rating|score|weight|height|width|length|latitude|longitude|balance|salary|discount|tax|percentage|rate)$/.test(last)) return plain("number");
  const plural = singularOf(last) !== last && !/^(?:address|status|news|notes|details|series)$/.test(last);
  return { type: "string", list: plural };
}
