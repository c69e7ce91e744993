/** What the chat understands without a model. */
export const COMMANDS = [
  { name: "find", example: "/find package.json", form: "/find NAME", help: "files by parts of their path" },
  { name: "search", example: "/search TODO", form: "/search TEXT", help: "text in all files" },
  { name: "explain", example: "/explain parse", form: "/explain SYMBOL", help: "what a function or class is, its documentation, and where it is used" },
  { name: "generate", example: "/generate an endpoint that returns a user by id", form: "/generate SENTENCE", help: "code by the project's conventions, as a change set" },
  { name: "run", example: "/run test", form: "/run SCRIPT", help: "a script of the project, in the sandbox" },
  { name: "help", example: "/help", form: "/help", help: "this list" },
] as const;
export type CommandName = (typeof COMMANDS)[number]["name"];

export interface ParsedCommand {
  /** `meaning`: a sentence that is no command. */
  readonly name: CommandName | "meaning" | "unknown";
  readonly argument: string;
}

/** A line that begins with a slash is a command; anything else is searched by its meaning. */
export function parseCommand(text: string): ParsedCommand {
  const [, name, argument = ""] = /^\s*\/([A-Za-z]+)(?:\s+([\s\S]*))?$/.exec(text) ?? [];
  if (name === undefined) return { name: "meaning", argument: text.trim() };
  const known = COMMANDS.find((command) => command.name === name.toLowerCase());
  return known ? { name: known.name, argument: argument.trim() } : { name: "unknown", argument: name };
}
