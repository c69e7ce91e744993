import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { installLinters } from "@coder/testing";
import { z } from "zod";

const BIOME_LINE = /^::(?:error|warning) title=([^,]*),file=([^,]*),line=\d+,[^:]*::(.*)$/;
const EslintSchema = z.array(z.object({ filePath: z.string(), messages: z.array(z.object({ ruleId: z.string().nullable(), message: z.string() })) }));

const CONFIGS = {
  biome: { name: "biome.json", text: JSON.stringify({ root: true, linter: { rules: { recommended: true } } }) },
  // Scripts of Node: what its modules and globals are called is for the type check to know.
  eslint: {
    name: "eslint.config.mjs",
    text: `import js from "@eslint/js";
export default [
  { files: ["**/*.js"], ...js.configs.recommended },
  { files: ["**/*.js"], languageOptions: { sourceType: "commonjs", globals: Object.fromEntries(["require", "module", "exports", "process", "console", "__dirname", "Buffer", "URL", "fetch", "setTimeout", "describe", "it", "test", "expect", "beforeEach", "afterEach", "before", "after", "beforeAll", "afterAll"].map((name) => [name, "readonly"])) } },
];
`,
  },
} as const;

/** What a linter as it is published says of files under its recommended rules, as `path rule text`. ESLint, by itself, reads JavaScript alone. */
export function lintedBy(linter: keyof typeof CONFIGS, files: Readonly<Record<string, string>>): string[] {
  const modules = path.join(installLinters(), "node_modules");
  const root = mkdtempSync(path.join(tmpdir(), "coder-linted-"));
  try {
    symlinkSync(modules, path.join(root, "node_modules"));
    for (const [name, text] of [...Object.entries(files), [CONFIGS[linter].name, CONFIGS[linter].text] as const]) {
      const at = path.join(root, name);
      mkdirSync(path.dirname(at), { recursive: true });
      writeFileSync(at, text);
    }
    return linter === "biome" ? biome(modules, root) : eslint(modules, root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

function biome(modules: string, root: string): string[] {
  const out = run(root, [path.join(modules, "@biomejs/biome/bin/biome"), "lint", "--reporter=github", "."]);
  return out.split("\n").flatMap((line) => {
    const [, rule, file, text] = BIOME_LINE.exec(line) ?? [];
    return file === undefined ? [] : [`${path.relative(root, path.resolve(root, file))} ${rule ?? ""} ${text ?? ""}`];
  });
}

function eslint(modules: string, root: string): string[] {
  const results = EslintSchema.parse(JSON.parse(run(root, [path.join(modules, "eslint/bin/eslint.js"), "--format", "json", "--no-error-on-unmatched-pattern", "**/*.js"])));
  return results.flatMap(({ filePath, messages }) => messages.map(({ ruleId, message }) => `${path.relative(root, filePath)} ${ruleId ?? ""} ${message}`));
}

/** Ends with 1 where something was found. */
function run(cwd: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8", maxBuffer: 64 * 1024 ** 2, env: { PATH: process.env["PATH"], NO_COLOR: "1" } });
  if (status !== 0 && status !== 1) throw new Error(`The linter ended with ${status}: ${stderr}`);
  return stdout;
}
