import { spawnSync } from "node:child_process";
import path from "node:path";
import { makeModule, NameRefused } from "./make-module.ts";

/** `npm run new:module NAME`: makes the module, links its package, and writes what is generated from it. */
const root = path.resolve(import.meta.dirname, "../..");
const STEPS: readonly (readonly [string, ...string[]])[] = [["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"], ["node", "tooling/generate/main.ts"]];
const [name] = process.argv.slice(2);
if (name === undefined) {
  console.error("Name the module, like this: npm run new:module knowledge-base");
  process.exitCode = 2;
} else {
  try {
    for (const made of makeModule(root, name)) console.log(`Made ${made}`);
    for (const [program, ...args] of STEPS) run(program, args);
    console.log(`\nNext: npm run db:migration -- ${name}\nThen say what it is for: packages/modules/${name}/src/module.ts. The way on: docs/guides/add-a-module.md`);
  } catch (error) {
    if (!(error instanceof NameRefused)) throw error;
    console.error(`${error.message}.\nNothing was made. Choose another name.`);
    process.exitCode = 1;
  }
}

function run(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program === "node" ? process.execPath : program, args, { cwd: root, stdio: "inherit" });
  if (status === 0) return;
  const rest = STEPS.map((step) => `  ${step.join(" ")}`).join("\n");
  console.error(`\n${[program, ...args].join(" ")} failed${error ? ` (${error.message})` : ", as told above"}. The files of the module are made. When that is put right, go on with:\n${rest}`);
  process.exit(1);
}
