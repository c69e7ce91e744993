import type { Placed, Sources } from "../engine/Sources.ts";
import { ancestors } from "./packages.ts";
import { PrettierOptionsSchema, type StatedOptions } from "./prettier-options.ts";

const KEYS = ["indent_style", "indent_size", "tab_width", "max_line_length", "end_of_line", "quote_type"] as const;
type Key = (typeof KEYS)[number];

/** Nobody writes a longer one by hand, and choices in it multiply. */
const MAX_SECTION_CHARS = 400;

const { tabWidth, printWidth, endOfLine } = PrettierOptionsSchema.shape;

/** What `.editorconfig` files say of a folder's files with this ending, as Prettier takes it. */
export function editorOptions(sources: Sources, folder: string, ending: string): StatedOptions {
  const { indent_style, indent_size, tab_width, max_line_length, end_of_line, quote_type } = settingsOf(sources, folder, ending);
  const widths = indent_style?.value === "space" ? [indent_size, tab_width] : [tab_width, indent_size];
  return {
    useTabs: read(indent_style, (text) => oneOf(text, "tab", "space")) ?? read(indent_size, (text) => (text === "tab" && !tab_width ? true : undefined)),
    tabWidth: widths.map((width) => read(width, (text) => tabWidth.safeParse(Number(text)).data)).find((width) => width !== undefined),
    printWidth: read(max_line_length, (text) => printWidth.safeParse(text === "off" ? Number.POSITIVE_INFINITY : Number(text)).data),
    endOfLine: read(end_of_line, (text) => endOfLine.exclude(["auto"]).safeParse(text).data),
    singleQuote: read(quote_type, (text) => oneOf(text, "single", "double")),
  };
}

function read<Value>(setting: Placed<string> | undefined, valueOf: (text: string) => Value | undefined): Placed<Value> | undefined {
  const value = setting && valueOf(setting.value);
  return setting && value !== undefined ? { value, place: setting.place } : undefined;
}

function oneOf(text: string, yes: string, no: string): boolean | undefined {
  return text === yes ? true : text === no ? false : undefined;
}

/** Nearer files win, and later sections. https://spec.editorconfig.org */
function settingsOf(sources: Sources, folder: string, ending: string): Readonly<Partial<Record<Key, Placed<string>>>> {
  const found = new Map<Key, { readonly value: string; readonly path: string; readonly offset: number }>();
  for (const path of ancestors(folder, ".editorconfig").reverse()) {
    let section: string | null = null;
    let [applies, next] = [false, 0];
    for (const whole of (sources.text(path) ?? "").split("\n")) {
      const offset = next;
      next += whole.length + 1;
      const line = whole.trim();
      if (line.startsWith("[") && line.endsWith("]")) {
        section = line.slice(1, -1);
        applies = isFor(section, ending);
        continue;
      }
      const equals = line.indexOf("=");
      const key = line.slice(0, Math.max(0, equals)).trim().toLowerCase();
      const value = line.slice(equals + 1).trim().toLowerCase();
      if (section === null && key === "root" && value === "true") found.clear();
      const known = KEYS.find((one) => one === key);
      if (applies && known) found.set(known, { value, path, offset });
    }
  }
  // Places are counted out at the end: a file of one key over and over would be read as often as it has lines.
  return Object.fromEntries([...found].map(([key, { value, path, offset }]) => [key, { value, place: sources.placeAt(path, offset) }]));
}

/** Whether it is for all files with an ending: `*`, `*.js`, `*.{js,ts}`, `{*.js,*.ts}`, `*.[jt]s`. Those for single files and folders say nothing of files that are not there yet. */
function isFor(section: string, ending: string): boolean {
  if (section.length > MAX_SECTION_CHARS) return false;
  let depth = 0;
  // A line break stands for any name in any folder: no section has one. Braces without a choice stand for themselves, which no ending has.
  const pattern = section
    .replaceAll(/(?<=^|[{,])\/?(?:\*\*\/)?\*{1,2}(?=[.,}]|$)/g, "\n")
    .replaceAll(/\{[^{},]*\}/g, "\r")
    .replaceAll(/[{},\\^$.|?*+()]/g, (sign) => {
      if (sign === "{") depth += 1;
      if (sign === "}") depth -= 1;
      return sign === "{" ? "(?:" : sign === "}" ? ")" : sign === "," ? (depth > 0 ? "|" : ",") : `\\${sign}`;
    })
    .replaceAll("[!", "[^");
  try {
    const matches = new RegExp(`^(?:${pattern})$`);
    return matches.test("\n") || matches.test(`\n.${ending}`);
  } catch {
    return false;
  }
}
