import path from "node:path";
import { z } from "zod";
import type { CheckCopy, CheckLimits } from "./CheckCopy.ts";
import type { Checked, IProjectCheck } from "./ProjectStage.ts";
import type { Finding, Subject } from "./stage.ts";

/** Where the copy lies for what runs on it. */
const WORKSPACE = "/workspace";
const LINTED = /\.([cm]?[jt]sx?|vue|svelte|json|css)$/;
const ESLINT = "node_modules/eslint/bin/eslint.js";
const BIOME = "node_modules/@biomejs/biome/bin/biome";
const ESLINT_CONFIGS = [...["js", "mjs", "cjs", "ts", "mts", "cts"].map((end) => `eslint.config.${end}`), ".eslintrc", ...["js", "cjs", "json", "yml", "yaml"].map((end) => `.eslintrc.${end}`)];
const BIOME_CONFIGS = ["biome.json", "biome.jsonc"];

/** The project's own linter, on the files of the change alone. */
export const lintCheck: IProjectCheck = {
  name: "lint",
  missing: async (copy, { files }) => {
    if (!files.some((file) => LINTED.test(file.path))) return "No file of the change is linted.";
    const linter = await linterOf(copy);
    if (linter !== null) return null;
    const isConfigured = await hasAny(copy, [...ESLINT_CONFIGS, ...BIOME_CONFIGS]);
    return isConfigured ? "The project's linter is not installed. Install its dependencies to have files linted." : "The project has no configuration of ESLint or Biome.";
  },
  check: async (copy, subject, limits, signal) => {
    const paths = await pathsOf(copy, subject);
    if (paths.length === 0) return { findings: [] };
    return (await linterOf(copy)) === "eslint" ? eslint(copy, paths, limits, signal) : biome(copy, paths, limits, signal);
  },
};

async function linterOf(copy: CheckCopy): Promise<"eslint" | "biome" | null> {
  if ((await copy.has(ESLINT)) && (await hasAny(copy, ESLINT_CONFIGS))) return "eslint";
  return (await copy.has(BIOME)) && (await hasAny(copy, BIOME_CONFIGS)) ? "biome" : null;
}

async function hasAny(copy: CheckCopy, files: readonly string[]): Promise<boolean> {
  for (const file of files) if (await copy.has(file)) return true;
  return false;
}

async function pathsOf(copy: CheckCopy, { files }: Subject): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const file of files) if (LINTED.test(file.path) && (await copy.has(file.path))) paths.push(`./${file.path}`);
  return paths;
}

const EslintSchema = z.array(
  z.object({
    filePath: z.string(),
    messages: z.array(z.object({ severity: z.number(), ruleId: z.string().nullable(), message: z.string(), line: z.int().optional(), column: z.int().optional() })),
  }),
);

async function eslint(copy: CheckCopy, paths: readonly string[], limits: CheckLimits, signal: AbortSignal): Promise<Checked> {
  const { stdout, stderr, exitCode, endedBy } = await copy.run([ESLINT, "--format", "json", "--no-error-on-unmatched-pattern", "--no-warn-ignored", "--", ...paths], limits, signal);
  if (endedBy !== null) return { broken: `The linter was ended: it reached its limit (${endedBy}).` };
  const text = stdout.toString("utf8");
  const parsed = EslintSchema.safeParse(jsonIn(text));
  if (!parsed.success) return { broken: `ESLint ended with code ${exitCode}: ${(stderr.toString("utf8") || text).trim().slice(0, 500)}` };
  return {
    findings: parsed.data.flatMap(({ filePath, messages }) =>
      messages.map(({ severity, ruleId, message, line, column }): Finding => ({
        severity: severity === 2 ? "error" : "warning", path: path.posix.relative(WORKSPACE, filePath), line: line ?? null, column: column ?? null, rule: ruleId, text: message,
      })),
    ),
  };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text.slice(Math.max(text.indexOf("["), 0)));
  } catch {
    return null;
  }
}

/** `::error title=RULE,file=PATH,line=1,endLine=1,col=2,endColumn=3::TEXT`, the form of GitHub's workflow commands: the only one that all versions of Biome have. */
const BIOME_LINE = /^::(error|warning|notice) ([^:]*)::(.*)$/;

function biomeFinding(printed: string): Finding | null {
  const [, severity, properties = "", text] = BIOME_LINE.exec(printed) ?? [];
  if (text === undefined) return null;
  const { title, file, line, col } = Object.fromEntries(properties.split(",").map((property) => [property.slice(0, property.indexOf("=")), unescaped(property.slice(property.indexOf("=") + 1))]));
  if (file === undefined || line === undefined) return null;
  // Biome 2 tells whole paths.
  const at = path.posix.relative(WORKSPACE, path.posix.resolve(WORKSPACE, file));
  return { severity: severity === "error" ? "error" : "warning", path: at, line: Number(line), column: col === undefined ? null : Number(col), rule: title ?? null, text: unescaped(text) };
}

function unescaped(text: string): string {
  return text.replace(/%(25|0A|0D|2C|3A)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

async function biome(copy: CheckCopy, paths: readonly string[], limits: CheckLimits, signal: AbortSignal): Promise<Checked> {
  const { stdout, stderr, exitCode, endedBy } = await copy.run([BIOME, "lint", "--reporter=github", "--no-errors-on-unmatched", "--", ...paths], limits, signal);
  if (endedBy !== null) return { broken: `The linter was ended: it reached its limit (${endedBy}).` };
  const findings = stdout.toString("utf8").split("\n").flatMap((line) => biomeFinding(line) ?? []);
  if (findings.length === 0 && exitCode !== 0) return { broken: `Biome ended with code ${exitCode}: ${stderr.toString("utf8").trim().slice(0, 500)}` };
  return { findings };
}
