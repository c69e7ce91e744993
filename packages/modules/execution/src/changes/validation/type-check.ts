import path from "node:path";
import type { CheckCopy } from "./CheckCopy.ts";
import type { Checked, IProjectCheck } from "./ProjectStage.ts";
import type { Finding, Subject } from "./stage.ts";

const TYPED = /\.([cm]?[jt]sx?|json)$/;
const MAX_CONFIGS = 5;

/** The project's own TypeScript, by its own configuration. */
export const typeCheck: IProjectCheck = {
  name: "types",
  missing: async (copy, subject) => {
    if (!subject.files.some((file) => TYPED.test(file.path))) return "No file of the change has types.";
    const configs = await configsOf(copy, subject);
    if (configs.length === 0) return "The project has no tsconfig.json.";
    return (await compilerFor(copy, configs[0] ?? "")) === null ? "TypeScript is not installed in the project. Install its dependencies to have types checked." : null;
  },
  check: async (copy, subject, limits, signal): Promise<Checked> => {
    const findings: Finding[] = [];
    for (const config of await configsOf(copy, subject)) {
      const compiler = await compilerFor(copy, config);
      if (compiler === null) continue;
      const { exitCode, stdout, stderr, endedBy } = await copy.run([compiler, "--noEmit", "--pretty", "false", "--incremental", "false", "--composite", "false", "-p", config], limits, signal);
      if (endedBy !== null) return { broken: `The type check was ended: it reached its limit (${endedBy}).` };
      const found = findingsOf(stdout.toString("utf8"));
      if (found.length === 0 && exitCode !== 0) return { broken: `The type check ended with code ${exitCode}: ${(stderr.toString("utf8") || stdout.toString("utf8")).trim().slice(0, 500)}` };
      findings.push(...found);
    }
    return { findings };
  },
};

/** The nearest configuration above each file, each once. */
async function configsOf(copy: CheckCopy, { files }: Subject): Promise<readonly string[]> {
  const configs = new Set<string>();
  for (const file of files) {
    if (!TYPED.test(file.path)) continue;
    for (let folder = path.posix.dirname(file.path); ; folder = path.posix.dirname(folder)) {
      const config = path.posix.join(folder, "tsconfig.json");
      if (await copy.has(config)) {
        configs.add(config);
        break;
      }
      if (folder === ".") break;
    }
    if (configs.size >= MAX_CONFIGS) break;
  }
  return [...configs];
}

/** The compiler that Node would find from there. */
async function compilerFor(copy: CheckCopy, config: string): Promise<string | null> {
  for (let folder = path.posix.dirname(config); ; folder = path.posix.dirname(folder)) {
    const compiler = path.posix.join(folder, "node_modules/typescript/bin/tsc");
    if (await copy.has(compiler)) return compiler;
    if (folder === ".") return null;
  }
}

const MESSAGE = /^(.+?)\((\d+),(\d+)\): (error|warning) (TS\d+): (.*)$/;
const GLOBAL_MESSAGE = /^(error|warning) (TS\d+): (.*)$/;

function findingsOf(output: string): readonly Finding[] {
  const findings: { -readonly [Field in keyof Finding]: Finding[Field] }[] = [];
  for (const line of output.split(/\r?\n/)) {
    const [, file, row, column, severity, rule, text] = MESSAGE.exec(line) ?? [];
    const [, globalSeverity, globalRule, globalText] = GLOBAL_MESSAGE.exec(line) ?? [];
    const last = findings.at(-1);
    if (file !== undefined && text !== undefined) findings.push({ severity: severity === "warning" ? "warning" : "error", path: path.posix.normalize(file), line: Number(row), column: Number(column), rule: rule ?? null, text });
    else if (globalText !== undefined) findings.push({ severity: globalSeverity === "warning" ? "warning" : "error", path: "tsconfig.json", line: null, column: null, rule: globalRule ?? null, text: globalText });
    // Further lines of a message are indented.
    else if (last && /^\s+\S/.test(line)) last.text += `\n${line}`;
  }
  return findings;
}
