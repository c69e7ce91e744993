import { spawnSync } from "node:child_process";
import path from "node:path";
import { makeModule, NameRefused } from "./make-module.ts";

/** `npm run new:module NAME`: makes the module, links its package, and writes what is generated from it. */
const root = path.resolve(import.meta.dirname, "../..");
const [name] = process.argv.slice(2);
if (name === undefined) {
  console.error("Name the module, like this: npm run new:module knowledge-base");
  process.exitCode = 2;
} else {
  try {
    for (const made of makeModule(root, name)) console.log(`Made ${made}`);
    run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"]);
    run(process.execPath, ["tooling/generate/main.ts"]);
    console.log(`\nNext: npm run db:migration -- ${name}\nThen say what it is for: packages/modules/${name}/src/module.ts. The way on: docs/guides/add-a-module.md`);
  } catch (error) {
    if (!(error instanceof NameRefused)) throw error;
    console.error(`${error.message}.\nNothing was made. Choose another name.`);
    process.exitCode = 1;
  }
}

function run(program: string, args: readonly string[]): void {
  const { status } = spawnSync(program, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed`);
}
