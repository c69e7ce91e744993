import path from "node:path";
import type { RunTarget } from "@coder/api/execution";
import type { SandboxSpec } from "@coder/sandbox";
import { fileNotRunnable } from "./errors.ts";
import type { Npm } from "./PackageManager.ts";

export type Program = Pick<SandboxSpec, "command"> & Required<Pick<SandboxSpec, "args" | "cwd" | "binds" | "env">>;

const INTERPRETERS: Readonly<Record<string, string>> = { ".js": "node", ".mjs": "node", ".cjs": "node", ".ts": "node", ".mts": "node", ".cts": "node", ".py": "python3", ".sh": "sh", ".bash": "bash" };
/** Programs print in colours although nobody types. */
const VARIABLES = { FORCE_COLOR: "1", CLICOLOR_FORCE: "1", TERM: "xterm-256color", npm_config_update_notifier: "false", npm_config_fund: "false", npm_config_audit: "false" };

/** As somebody would type it. */
export function commandLineOf(target: Exclude<RunTarget, { kind: "install" }>): string {
  const args = target.args.map(quoted);
  if (target.kind === "script") return ["npm run", quoted(target.name), ...(args.length > 0 ? ["--", ...args] : [])].join(" ");
  return [interpreterOf(target.path), quoted(target.path), ...args].join(" ");
}

/** A command line for others than those who see the run: what was typed behind the program may hold a secret. */
export function commandWithoutArguments(target: RunTarget, command: string): string {
  if (target.kind === "install" || target.args.length === 0) return command;
  return `${commandLineOf({ ...target, args: [] })} …`;
}

export function programOf(target: Exclude<RunTarget, { kind: "install" }>, npm: Npm | null): Program {
  if (target.kind === "script") {
    const args = [npm?.cli ?? "", "run-script", target.name, ...(target.args.length > 0 ? ["--", ...target.args] : [])];
    return { command: "node", args, cwd: target.folder === "" ? "." : target.folder, binds: npm?.binds ?? [], env: VARIABLES };
  }
  // A name that begins with a dash is no option.
  return { command: interpreterOf(target.path), args: [`./${target.path}`, ...target.args], cwd: ".", binds: [], env: VARIABLES };
}

/** `file_not_runnable`. */
export function interpreterOf(file: string): string {
  const interpreter = INTERPRETERS[path.posix.extname(file)];
  if (interpreter === undefined) throw fileNotRunnable(file);
  return interpreter;
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
