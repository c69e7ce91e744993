/** Text as it stands, in Markdown: on one line, and nothing in it means anything. */
export function inlineCode(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  const ticks = "`".repeat(Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  const pad = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${ticks}${pad}${line}${pad}${ticks}`;
}

/** A block of code that its content cannot end. */
export function codeBlock(text: string, language = ""): string {
  const ticks = "`".repeat(Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  return `${ticks}${language}\n${text.replace(/\n$/, "")}\n${ticks}`;
}
