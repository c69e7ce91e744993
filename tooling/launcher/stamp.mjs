import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { exists, readIfPresent, writeAtomically } from "./files.mjs";
import { inClone, ROOT } from "./paths.mjs";

const NEVER_INPUTS = new Set(["node_modules", ".next", "dist", "coverage", "generated", "test-results"]);
const NO_INPUT = /\.(test|spec)\.[cm]?[jt]sx?$|\.tsbuildinfo$|\.md$|^next-env\.d\.ts$/;

/**
 * A fingerprint over the content of files and folders of the clone. Tests and generated folders do not count.
 *
 * @param {readonly string[]} inputs Relative to the clone; what does not exist counts as absent.
 * @param {readonly string[]} [more] Other things the result depends on.
 */
export function fingerprint(inputs, more = []) {
  const hash = createHash("sha256");
  for (const file of inputs.flatMap(filesOf).sort()) {
    hash.update(`${file}\0`);
    hash.update(readFileSync(join(ROOT, file)));
    hash.update("\0");
  }
  hash.update(JSON.stringify(more));
  return hash.digest("hex");
}

/**
 * Does a piece of work only when its inputs changed or its outputs are gone. The stamp goes before the work begins and comes back when it is done:
 * whatever kills it, half a result never counts.
 *
 * @param {string} name
 * @param {string} print
 * @param {readonly string[]} outputs Paths in the clone that must exist.
 * @param {() => Promise<void>} work
 * @returns {Promise<boolean>} Whether there was anything to do.
 */
export async function whenChanged(name, print, outputs, work) {
  const stamp = inClone(".tools", "stamps", name);
  if (readIfPresent(stamp) === print && outputs.every((output) => exists(join(ROOT, output)))) return false;
  rmSync(stamp, { force: true });
  await work();
  writeAtomically(stamp, print);
  return true;
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesOf(path) {
  const stat = statSync(join(ROOT, path), { throwIfNoEntry: false });
  if (!stat) return [];
  if (stat.isFile()) return [path];
  return readdirSync(join(ROOT, path), { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return NEVER_INPUTS.has(entry.name) ? [] : filesOf(join(path, entry.name));
    return entry.isFile() && !NO_INPUT.test(entry.name) ? [join(path, entry.name)] : [];
  });
}
