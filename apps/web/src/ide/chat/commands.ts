/** The commands that are answered without a model, as they begin in the message. */
export const COMMANDS = [
  { text: "/explain ", help: "a function or class: what it is and where it is used" },
  { text: "/find ", help: "files by their path" },
  { text: "/search ", help: "text in all files" },
  { text: "/generate ", help: "code by the project's conventions" },
  { text: "/run ", help: "a script of the project" },
  { text: "/help", help: "all commands" },
] as const;

/** One way to go on with what is written. */
export interface Completion {
  /** The whole message with it. */
  readonly text: string;
  readonly label: string;
  readonly help: string;
}

/** What is being written: the name of a command, or the name of something for it. */
export type Unfinished = { readonly kind: "command" | "script" | "symbol" | "file"; readonly typed: string };

const NAMES = { "/run ": "script", "/explain ": "symbol", "/find ": "file" } as const;

/** Null where nothing can be completed. */
export function unfinishedOf(draft: string): Unfinished | null {
  if (/^\/\w*$/.test(draft)) return { kind: "command", typed: draft };
  for (const [command, kind] of Object.entries(NAMES)) {
    const typed = draft.startsWith(command) ? draft.slice(command.length) : null;
    if (typed !== null && /^\S*$/.test(typed) && (kind === "script" || typed.length > 1)) return { kind, typed };
  }
  return null;
}

/** Commands that begin so; none where one is written already. */
export function commandsLike(typed: string): Completion[] {
  return COMMANDS.filter(({ text }) => text.startsWith(typed.toLowerCase()) && text.trim() !== typed).map(({ text, help }) => ({ text, label: text.trim(), help }));
}

/** Names that hold what is typed, those that begin with it first. */
export function namesLike(command: string, typed: string, names: readonly { readonly name: string; readonly help: string }[], limit: number): Completion[] {
  const wanted = typed.toLowerCase();
  const known = new Map(names.map((each) => [each.name, each]));
  return [...known.values()]
    .filter(({ name }) => name.toLowerCase().includes(wanted) && name !== typed)
    .sort((one, other) => Number(other.name.toLowerCase().startsWith(wanted)) - Number(one.name.toLowerCase().startsWith(wanted)))
    .slice(0, limit)
    .map(({ name, help }) => ({ text: `${command}${name}`, label: name, help }));
}
