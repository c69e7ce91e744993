import type { Random } from "./Random.ts";

type Part =
  | { readonly kind: "set"; readonly characters: string }
  | { readonly kind: "group"; readonly options: readonly (readonly Repeated[])[] };
interface Repeated {
  readonly part: Part;
  readonly min: number;
  readonly max: number;
}

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const WORD = `${LOWER}${LOWER.toUpperCase()}${DIGITS}_`;
const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("");
const MORE = 6;

/** A text that a regular expression takes; null where the expression holds what cannot be made (look-around, references). */
export function textMatching(source: string, random: Random, lengths: { readonly min: number; readonly max: number }, edge: "shortest" | "longest" | null): string | null {
  const parsed = parse(source);
  if (!parsed) return null;
  const expression = new RegExp(source);
  for (let attempt = 0; attempt < 60; attempt++) {
    const spread = attempt < 20 ? 1 : attempt < 40 ? 4 : 16;
    const text = write(parsed, random, edge ?? (attempt % 7 === 6 ? "longest" : attempt % 5 === 4 ? "shortest" : null), spread);
    if (text.length >= lengths.min && text.length <= lengths.max && expression.test(text)) return text;
    // What is too short may grow where nothing ends it.
    const grown = !source.endsWith("$") && text.length < lengths.min ? text + random.text(LOWER, lengths.min - text.length) : null;
    if (grown !== null && grown.length <= lengths.max && expression.test(grown)) return grown;
  }
  return null;
}

function write(options: readonly (readonly Repeated[])[], random: Random, edge: "shortest" | "longest" | null, spread: number): string {
  let text = "";
  for (const { part, min, max } of random.pick(options)) {
    const most = max === Infinity ? min + MORE * spread : max;
    const times = edge === "shortest" ? min : edge === "longest" ? Math.min(most, 10_000) : random.integer(min, Math.min(most, 10_000));
    for (let time = 0; time < times; time++) text += part.kind === "set" ? random.text(part.characters, 1) : write(part.options, random, edge, spread);
  }
  return text;
}

function parse(source: string): readonly (readonly Repeated[])[] | null {
  let at = 0;
  const fail = Symbol("unsupported");
  const peek = () => source[at];
  const alternatives = (): (readonly Repeated[])[] => {
    const options: Repeated[][] = [[]];
    while (at < source.length && peek() !== ")") {
      if (peek() === "|") {
        at++;
        options.push([]);
        continue;
      }
      const part = atom();
      if (part) options.at(-1)?.push(repeated(part));
    }
    return options;
  };
  const repeated = (part: Part): Repeated => {
    const rest = source.slice(at);
    const counted = /^\{(\d+)(,(\d*)?)?\}/.exec(rest);
    const mark = peek();
    let [min, max, length] = [1, 1, 0];
    if (counted) [min, max, length] = [Number(counted[1]), counted[2] === undefined ? Number(counted[1]) : counted[3] ? Number(counted[3]) : Infinity, counted[0].length];
    else if (mark === "*") [min, max, length] = [0, Infinity, 1];
    else if (mark === "+") [min, max, length] = [1, Infinity, 1];
    else if (mark === "?") [min, max, length] = [0, 1, 1];
    at += length;
    if (length > 0 && peek() === "?") at++;
    return { part, min, max };
  };
  const atom = (): Part | null => {
    const character = source[at++] ?? "";
    if (character === "^" || character === "$") return null;
    if (character === ".") return { kind: "set", characters: WORD };
    if (character === "(") {
      const rest = source.slice(at);
      const head = /^\?(?::|<[A-Za-z_]\w*>)/.exec(rest)?.[0];
      if (rest.startsWith("?") && head === undefined) throw fail;
      at += head?.length ?? 0;
      const options = alternatives();
      if (source[at++] !== ")") throw fail;
      return { kind: "group", options };
    }
    if (character === "[") return { kind: "set", characters: set() };
    if (character === "\\") return { kind: "set", characters: escape(true) };
    return { kind: "set", characters: character };
  };
  const escape = (outside: boolean): string => {
    const character = source[at++] ?? "";
    switch (character) {
      case "d": return DIGITS;
      case "w": return WORD;
      case "s": return " ";
      case "D": return LOWER;
      case "W": return "-";
      case "S": return WORD;
      case "n": return "\n";
      case "t": return "\t";
      case "r": return "\r";
      case "b": case "B": case "k": case "p": case "P": throw fail;
      case "x": case "u": {
        const digits = character === "x" ? source.slice(at, at + 2) : source.slice(at, at + 4);
        at += digits.length;
        return String.fromCharCode(Number.parseInt(digits, 16));
      }
      default:
        if (outside && /[1-9]/.test(character)) throw fail;
        return character;
    }
  };
  const set = (): string => {
    const negated = peek() === "^";
    if (negated) at++;
    let characters = "";
    while (at < source.length && peek() !== "]") {
      const first = source[at] === "\\" ? (at++, escape(false)) : (source[at++] ?? "");
      if (peek() === "-" && source[at + 1] !== "]" && first.length === 1) {
        at++;
        const last = source[at] === "\\" ? (at++, escape(false)) : (source[at++] ?? "");
        for (let code = first.charCodeAt(0); code <= last.charCodeAt(0) && characters.length < 300; code++) characters += String.fromCharCode(code);
      } else characters += first;
    }
    at++;
    const made = negated ? [...WORD, ...PRINTABLE].filter((one) => !characters.includes(one)).join("") : characters;
    if (made === "") throw fail;
    return made;
  };
  try {
    const options = alternatives();
    return at === source.length ? options : null;
  } catch (error) {
    if (error === fail) return null;
    throw error;
  }
}
