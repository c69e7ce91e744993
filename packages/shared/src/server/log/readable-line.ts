const HIDDEN = new Set(["level", "time", "pid", "hostname", "msg", "err", "traceId"]);

/** A JSON log line as a person reads it: `18:04:11.402 warn  gateway  Settings were ignored  key=a.b`. */
export function readableLine(line: string): string {
  const entry = parse(line);
  if (entry === null) return line;
  const time = typeof entry["time"] === "string" ? entry["time"].slice(11, 23) : "";
  const fields = Object.entries(entry)
    .filter(([name]) => !HIDDEN.has(name))
    .map(([name, value]) => `${name}=${typeof value === "string" && /^[\w.:/-]+$/.test(value) ? value : JSON.stringify(value)}`);
  const parts = [time, text(entry["level"]).padEnd(5), printable(text(entry["msg"])), ...fields];
  return `${parts.join("  ")}\n${stackOf(entry["err"])}`;
}

function parse(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Control characters of a hostile text would move the cursor of whoever reads the terminal. */
function printable(value: string): string {
  return value.replaceAll(/[^\P{Cc}\n\t]/gu, "\uFFFD").replaceAll("\n", "\n    ");
}

function stackOf(err: unknown): string {
  if (typeof err !== "object" || err === null || !("stack" in err)) return "";
  return `${printable(text(err.stack)).split("\n").map((each) => `    ${each.trim()}`).join("\n")}\n`;
}
