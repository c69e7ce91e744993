import { stripVTControlCharacters } from "node:util";

/** What tells nothing to who reads along: those who need it find it in the log file. */
const LEFT_OUT = new Set(["level", "time", "pid", "hostname", "name", "msg", "err"]);
/** The default of a log; others are named. */
const PLAIN_LEVEL = "info";

/**
 * Puts the output of processes together to whole lines: a chunk of a pipe ends anywhere.
 *
 * @param {(name: string, line: string) => void} onLine
 * @returns {(name: string, data: Buffer) => void}
 */
export function byLines(onLine) {
  /** @type {Map<string, { decoder: TextDecoder, rest: string }>} */
  const pending = new Map();
  return (name, data) => {
    const own = pending.get(name) ?? { decoder: new TextDecoder(), rest: "" };
    pending.set(name, own);
    const lines = (own.rest + own.decoder.decode(data, { stream: true })).split("\n");
    own.rest = lines.pop() ?? "";
    for (const line of lines) onLine(name, line);
  };
}

/**
 * A line as somebody at a terminal reads it: an entry of the structured log in words, everything else as it is.
 *
 * @param {string} line
 * @returns {{ text: string, matters: boolean }} `matters`: it stands for more than that all goes well. The text is empty when there is nothing to read.
 */
export function readable(line) {
  const entry = entryOf(line);
  if (entry === null) return { text: stripVTControlCharacters(line).trimEnd(), matters: true };
  const level = String(entry["level"]);
  const fields = Object.entries(entry).filter(([name]) => !LEFT_OUT.has(name));
  const head = [timeOf(entry["time"]), ...(level === PLAIN_LEVEL ? [] : [level.toUpperCase()]), ...("name" in entry ? [`${entry["name"]}:`] : []), String(entry["msg"] ?? "")];
  const text = [...head, ...fields.map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)].join(" ");
  return { text: [text, ...stackOf(entry["err"])].join("\n"), matters: level === "warn" || level === "error" || level === "fatal" };
}

/**
 * @param {string} line
 * @returns {Record<string, unknown> | null}
 */
function entryOf(line) {
  if (!line.startsWith("{")) return null;
  try {
    const entry = JSON.parse(line);
    return typeof entry === "object" && entry !== null && "level" in entry && "time" in entry ? entry : null;
  } catch {
    return null;
  }
}

/** @param {unknown} time */
function timeOf(time) {
  return new Date(String(time)).toTimeString().slice(0, 8);
}

/**
 * @param {unknown} error
 * @returns {string[]}
 */
function stackOf(error) {
  if (typeof error !== "object" || error === null) return [];
  const text = "stack" in error ? error.stack : "message" in error ? error.message : JSON.stringify(error);
  return String(text).split("\n");
}
