import { spawnSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";

const FIXTURE = path.resolve(import.meta.dirname, "../fixtures/linters");
const TOOLS = path.resolve(import.meta.dirname, "../../../.tools");

/**
 * A folder in which ESLint and Biome are installed, as projects have them: by npm, from a lock file. Installed once per lock file, beside the clone's other tools; they are no
 * dependencies of the product, whose installation they would make 110 MB larger.
 */
export function installLinters(): string {
  const hash = createHash("sha256").update(readFileSync(path.join(FIXTURE, "package-lock.json"))).digest("hex").slice(0, 12);
  const folder = path.join(TOOLS, `linters-${hash}`);
  if (existsSync(folder)) return folder;
  const made = path.join(TOOLS, `linters-${randomUUID()}`);
  mkdirSync(TOOLS, { recursive: true });
  cpSync(FIXTURE, made, { recursive: true });
  const { status, stderr } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: made, encoding: "utf8" });
  if (status !== 0) {
    rmSync(made, { recursive: true, force: true });
    throw new Error(`The linters could not be installed: ${stderr}`);
  }
  try {
    renameSync(made, folder);
  } catch {
    // Another test was first.
    rmSync(made, { recursive: true, force: true });
  }
  return folder;
}
