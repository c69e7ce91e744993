import { execFile } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const ROOT = path.resolve(import.meta.dirname, "../../..");
/** Somebody who is not root. */
export const NOBODY = 65_534;
const MINUTES = 110_000;
/** In a mount namespace of its own, the clone lies in the home as well. */
const SCRIPT = 'mount --bind "$1" "$4/clone" && mount --bind "$2" "$4/node" && cd "$4" && TMPDIR="$4/tmp" exec setpriv --reuid="$3" --regid="$3" --clear-groups -- "$4/node/$5" "$4/clone/$6"';

/**
 * Runs a program of the clone as somebody else, for tests that root runs, and returns the JSON that it prints. Everything lies in a home that only its owner may enter:
 * the clone, Node, and the directory for temporary files.
 */
export async function tellsAs(uid: number, program: string): Promise<unknown> {
  const home = await mkdtemp(path.join(tmpdir(), "coder-home-"));
  try {
    for (const name of ["clone", "node", "tmp"]) await mkdir(path.join(home, name));
    for (const each of [home, path.join(home, "tmp")]) await chown(each, uid, uid);
    await chmod(home, 0o700);
    const inside = [ROOT, path.dirname(process.execPath), String(uid), home, path.basename(process.execPath), path.relative(ROOT, program)];
    const { stdout } = await promisify(execFile)("unshare", ["--mount", "--", "sh", "-c", SCRIPT, "sh", ...inside], { timeout: MINUTES, killSignal: "SIGKILL" });
    return JSON.parse(stdout);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
