import type { SearchTextInput } from "@coder/api/workspace";
import { VERSION_CONTROL_FOLDERS } from "../files/ignore/IgnoreStack.ts";

type Asked = Pick<SearchTextInput, "query" | "regex" | "caseSensitive" | "wholeWord" | "include" | "exclude" | "useIgnoreFiles" | "contextLines">;

/**
 * What ripgrep is called with, in the tree's root. Nothing of the machine or of another user decides: no configuration file, no ignore files above the project.
 * Links are not followed, nothing is run on the files.
 */
export function ripgrepArguments({ query, regex, caseSensitive, wholeWord, include, exclude, useIgnoreFiles, contextLines }: Asked): readonly string[] {
  return [
    "--no-config", "--json", "--hidden", "--no-messages", "--crlf",
    // A list of ignore files counts in a project that is no git repository too.
    ...(useIgnoreFiles ? ["--no-require-git", "--no-ignore-parent", "--no-ignore-global"] : ["--no-ignore"]),
    caseSensitive ? "--case-sensitive" : "--ignore-case",
    ...(regex ? [] : ["--fixed-strings"]),
    ...(wholeWord ? ["--word-regexp"] : []),
    ...(contextLines > 0 ? [`--context=${contextLines}`] : []),
    ...include.flatMap(expanded).map((glob) => `--glob=${glob}`),
    ...exclude.flatMap(expanded).map((glob) => `--glob=!${glob}`),
    // Last, because the last that matches decides.
    ...[...VERSION_CONTROL_FOLDERS].map((name) => `--glob=!${name}`),
    `--regexp=${query}`, "--", ".",
  ];
}

/** A folder's name stands for all in it. */
function expanded(glob: string): readonly string[] {
  const plain = glob.replace(/^\.\//, "").replace(/\/+$/, "");
  return plain === "" ? [] : [plain, `${plain}/**`];
}
