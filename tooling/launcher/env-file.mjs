import { readIfPresent } from "./files.mjs";

const LINE = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/;

/**
 * Takes over the variables of a `.env` file. What the environment has already wins.
 *
 * @param {string} path
 */
export function loadEnvFile(path) {
  for (const [name, value] of parseEnv(readIfPresent(path) ?? "")) process.env[name] ??= value;
}

/**
 * `NAME=value` lines. Quotes around a value are left out; in double ones `\n` is a new line; what follows ` #` outside of quotes is a comment.
 *
 * @param {string} text
 * @returns {readonly (readonly [string, string])[]}
 */
export function parseEnv(text) {
  return text.split("\n").flatMap((line) => {
    const [, name, value = ""] = LINE.exec(line) ?? [];
    return name === undefined ? [] : [/** @type {const} */ ([name, unquoted(value)])];
  });
}

/** @param {string} value */
function unquoted(value) {
  const [, quote, inside = ""] = /^(["'])(.*)\1(?:\s+#.*)?$/.exec(value) ?? [];
  if (quote === undefined) return value.replace(/(^|\s+)#.*$/, "");
  return quote === '"' ? inside.replaceAll("\\n", "\n") : inside;
}
