import path from "node:path";
import { invalidRun } from "./errors.ts";
import { DEFAULT_LIMITS, type SandboxLimits, type SandboxSpec } from "./ISandbox.ts";

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Of Linux: a single argument or variable. */
const MAX_TEXT_BYTES = 128 * 1024;

/** Refuses what no program can be given. Throws `invalid_run`. */
export function checkSpec({ command, args = [], binds = [], env = {}, cwd = "." }: SandboxSpec): void {
  if (command === "" || command.startsWith("-")) throw invalidRun("it needs the name of a program");
  for (const text of [command, ...args, ...Object.values(env), cwd]) {
    if (text.includes("\0")) throw invalidRun("a NUL character is part of no argument, variable or path");
    if (Buffer.byteLength(text) >= MAX_TEXT_BYTES) throw invalidRun(`an argument or variable is longer than ${MAX_TEXT_BYTES} bytes`);
  }
  for (const name of Object.keys(env)) if (!VARIABLE.test(name)) throw invalidRun(`${name} is no name of a variable`);
  if (path.posix.isAbsolute(cwd) || path.posix.normalize(cwd).startsWith("..")) throw invalidRun(`${cwd} is no directory inside the tree`);
  for (const { from, to } of binds) {
    if (!path.isAbsolute(from) || !path.posix.isAbsolute(to) || path.posix.normalize(to) !== to || to === "/") throw invalidRun(`${from} cannot be shown at ${to}`);
  }
}

/** With the defaults for what is left out. */
export function limitsOf({ limits = {} }: SandboxSpec): SandboxLimits {
  const all = { ...DEFAULT_LIMITS, ...limits };
  for (const [name, value] of Object.entries(all)) if (value !== null && !(Number.isFinite(value) && value > 0)) throw invalidRun(`the limit ${name} is no positive number`);
  return { ...all, memoryBytes: Math.ceil(all.memoryBytes), processes: Math.ceil(all.processes), openFiles: Math.ceil(all.openFiles) };
}
