import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, stat, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { sandboxFailed } from "../errors.ts";
import { execute, SYSTEM_PATH, whereIs } from "../execute.ts";
import { firstBelowClosed } from "./reachable.ts";

const NSENTER = whereIs("nsenter");
const FOLDER = "/run/coder-sandbox";
/** Without /sys and all that is mounted in it: nobody here needs it, and bubblewrap reads the list of mounts for each that it makes. */
const PREPARE = `umount -R -l /sys 2>/dev/null; mkdir -p ${FOLDER} && mount -t tmpfs -o mode=711,size=256k coder-sandbox ${FOLDER} && echo ready && read -r _`;
const BIND = 'if [ -d "$1" ]; then mkdir "$2"; else : > "$2"; fi && mount --bind "$1" "$2"';

interface Staged {
  readonly at: string;
  readonly inode: string;
}

/**
 * Gives runs a way to paths below directories that only root may enter, for example a clone in a 0700 home. It is a mount namespace of this process' own:
 * nobody else on the machine sees its mounts, and it ends with the process.
 */
export class Staging {
  #namespace: Promise<FileHandle> | null = null;
  readonly #staged = new Map<string, Promise<Staged>>();

  /** What runs call the path, and whether they see it only within the namespace. */
  async reach(target: string): Promise<{ readonly path: string; readonly staged: boolean }> {
    const base = firstBelowClosed(target);
    if (base === null) return { path: target, staged: false };
    const { at } = await this.#stage(base);
    return { path: path.join(at, path.relative(base, target)), staged: true };
  }

  /** The command that makes another command that uid's, and has it see what is staged. */
  async prefix(uid: number, gid: number, { staged }: { readonly staged: boolean }): Promise<readonly string[]> {
    return [NSENTER, ...(staged ? [`--mount=${await this.#address()}`] : []), "-S", String(uid), "-G", String(gid), "--"];
  }

  async close(): Promise<void> {
    const namespace = await this.#namespace?.catch(() => null);
    await namespace?.close();
  }

  async #stage(base: string): Promise<Staged> {
    const inode = await inodeOf(base);
    const found = await this.#staged.get(base);
    // Another directory of the same name: the one that was bound has been removed.
    if (found?.inode === inode) return found;
    const at = `${FOLDER}/${this.#staged.size}-${inode}`;
    const staged = this.#bind(base, at).then(() => ({ at, inode }));
    this.#staged.set(base, staged);
    staged.catch(() => this.#staged.delete(base));
    return staged;
  }

  async #bind(from: string, to: string): Promise<void> {
    const { code, stderr } = await execute(NSENTER, [`--mount=${await this.#address()}`, "--", "sh", "-c", BIND, "sh", from, to]);
    if (code !== 0) throw sandboxFailed(`${from} lies below a directory that only root may enter, and it cannot be mounted elsewhere (${stderr.trim()})`);
  }

  async #address(): Promise<string> {
    this.#namespace ??= openNamespace();
    this.#namespace.catch(() => (this.#namespace = null));
    return `/proc/${process.pid}/fd/${(await this.#namespace).fd}`;
  }
}

/** Our handle keeps the namespace; the program that made it ends. */
async function openNamespace(): Promise<FileHandle> {
  const child = spawn("unshare", ["--mount", "--propagation", "slave", "--", "sh", "-c", PREPARE], { env: { PATH: SYSTEM_PATH }, stdio: ["pipe", "pipe", "pipe"] });
  let problem = "";
  child.stderr.on("data", (data: Buffer) => (problem += data.toString()));
  const ready = once(child.stdout, "data");
  const failed = once(child, "close").then(() => {
    throw sandboxFailed(`a mount namespace cannot be made (${problem.trim()}). Let others enter the directories above the data directory (chmod o+x), or set CODER_DATA to one that they may enter`);
  });
  try {
    await Promise.race([ready, failed]);
    return await open(`/proc/${child.pid}/ns/mnt`);
  } finally {
    failed.catch(() => undefined);
    child.stdin.end();
  }
}

async function inodeOf(target: string): Promise<string> {
  const { dev, ino } = await stat(target);
  return `${dev}-${ino}`;
}
