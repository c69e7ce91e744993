export const IMPORT_ENDINGS = ["", ".js", ".ts", ".mjs", ".cjs", ".mts"] as const;

/** How code is written in a project. */
export interface Style {
  readonly typescript: boolean;
  /** Of new files, without the dot. */
  readonly extension: string;
  /** What stands in the sources: `import` or `require`. */
  readonly modules: "esm" | "cjs";
  readonly quote: '"' | "'";
  readonly semicolons: boolean;
  /** One level. */
  readonly indent: string;
  readonly newline: "\n" | "\r\n";
  readonly trailingCommas: boolean;
  /** Between a function's name and its parentheses. */
  readonly spaceBeforeParentheses: boolean;
  /** `(x) => x` rather than `x => x`. */
  readonly arrowParentheses: boolean;
  /** `{ x }` rather than `{x}`. */
  readonly spaceInBraces: boolean;
  /** Whether files of CommonJS begin with `'use strict'`. */
  readonly useStrict: boolean;
  /** Behind relative specifiers. */
  readonly importEnding: (typeof IMPORT_ENDINGS)[number];
}
