import type { editor } from "monaco-editor";
import dark from "../../../themes/dark.json" with { type: "json" };
import highContrastDark from "../../../themes/high-contrast-dark.json" with { type: "json" };
import highContrastLight from "../../../themes/high-contrast-light.json" with { type: "json" };
import light from "../../../themes/light.json" with { type: "json" };

interface TokenColor {
  readonly scope: string | readonly string[];
  readonly settings: { readonly foreground?: string; readonly fontStyle?: string };
}

interface ThemeFile {
  readonly type: string;
  readonly colors: Readonly<Record<string, string>>;
  readonly tokenColors: readonly TokenColor[];
}

const FILES = { dark, light, "high-contrast-dark": highContrastDark, "high-contrast-light": highContrastLight } as const satisfies Record<string, ThemeFile>;
export type MonacoThemeId = keyof typeof FILES;

const BASES: Record<MonacoThemeId, editor.BuiltinTheme> = { dark: "vs-dark", light: "vs", "high-contrast-dark": "hc-black", "high-contrast-light": "hc-light" };

/** Monaco's tokenizers name tokens in their own words; on the right the scope of the theme file that means the same. */
const SCOPES: Readonly<Record<string, string>> = {
  "": "source",
  comment: "comment",
  keyword: "keyword",
  "keyword.operator": "keyword.operator",
  "keyword.md": "markup.heading",
  string: "string",
  "string.escape": "constant.character.escape",
  "string.key": "support.type.property-name",
  "string.link": "string",
  regexp: "string.regexp",
  number: "constant.numeric",
  constant: "constant.language",
  type: "entity.name.type",
  "type.identifier": "entity.name.type",
  namespace: "entity.name.namespace",
  predefined: "support.function",
  annotation: "entity.name.function",
  variable: "variable",
  "variable.md": "string",
  identifier: "variable",
  key: "support.type.property-name",
  tag: "entity.name.tag",
  metatag: "entity.name.tag",
  "metatag.content": "string",
  "attribute.name": "entity.other.attribute-name",
  "attribute.name.css": "support.type.property-name",
  "attribute.name.scss": "support.type.property-name",
  "attribute.name.less": "support.type.property-name",
  "attribute.value": "string",
  "attribute.value.number": "constant.numeric",
  "attribute.value.unit": "constant.numeric",
  delimiter: "punctuation",
  operator: "keyword.operator",
  operators: "keyword.operator",
  strong: "markup.bold",
  emphasis: "markup.italic",
  invalid: "invalid",
};

/** What a theme file says of a scope: the rule with the longest matching prefix. */
function settingsOf(theme: ThemeFile, scope: string): TokenColor["settings"] {
  const rules = theme.tokenColors.flatMap((rule) => (typeof rule.scope === "string" ? [rule.scope] : rule.scope).map((name) => ({ name, settings: rule.settings })));
  const matching = rules.filter(({ name }) => scope === name || scope.startsWith(`${name}.`)).sort((a, b) => b.name.length - a.name.length);
  return matching[0]?.settings ?? {};
}

/** A theme of the product as Monaco takes it. */
export function monacoTheme(id: MonacoThemeId): editor.IStandaloneThemeData {
  const file: ThemeFile = FILES[id];
  const rules = Object.entries(SCOPES).map(([token, scope]) => {
    const { foreground, fontStyle } = settingsOf(file, scope);
    return { token, ...(foreground === undefined ? {} : { foreground: foreground.slice(1) }), ...(fontStyle === undefined ? {} : { fontStyle }) };
  });
  return { base: BASES[id], inherit: false, rules, colors: { ...file.colors } };
}

export const MONACO_THEME_IDS: readonly MonacoThemeId[] = ["dark", "light", "high-contrast-dark", "high-contrast-light"];
