import { lstat, readlink } from "node:fs/promises";
import path from "node:path";
import type { Launch } from "./driver.ts";

/** Where the tree lies inside. */
export const WORKSPACE = "/workspace";
const NODE = "/opt/node/bin/node";
/** One person inside, whoever it is outside. */
const PERSON = 1_000;
const HOME = "/tmp";

/** Of /etc, what programs look into before they do anything: somebody with this id, and a name for the loopback. */
export const ETC_FILES: Readonly<Record<string, string>> = {
  passwd: `coder:x:${PERSON}:${PERSON}:Coder:${HOME}:/bin/sh\n`,
  group: `coder:x:${PERSON}:\n`,
  hosts: "127.0.0.1 localhost\n::1 localhost\n",
};

const SYSTEM_FOLDERS = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

const ISOLATION = [
  "--unshare-user", "--disable-userns", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
  "--uid", String(PERSON), "--gid", String(PERSON), "--cap-drop", "ALL", "--hostname", "sandbox", "--die-with-parent", "--new-session", "--clearenv",
];

export const VARIABLES: Readonly<Record<string, string>> = {
  PATH: `${path.posix.dirname(NODE)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  HOME,
  LANG: "C.UTF-8",
};

/** The system's programs and libraries as they lie on this machine: merged into /usr or not. */
export async function systemArguments(): Promise<readonly string[]> {
  const folders = await Promise.all(
    SYSTEM_FOLDERS.map(async (name) => {
      const found = await lstat(`/${name}`).catch(() => null);
      if (found?.isSymbolicLink()) return ["--symlink", await readlink(`/${name}`), `/${name}`];
      return found?.isDirectory() ? ["--ro-bind", `/${name}`, `/${name}`] : [];
    }),
  );
  return ["--ro-bind", "/usr", "/usr", ...folders.flat()];
}

/** Paths as the run's uid reaches them on the host. */
export interface VisiblePaths {
  readonly node: string;
  readonly etc: string;
  readonly tree: string | null;
  readonly binds: readonly string[];
}

/** Everything but the command and the file descriptors. What is written to is of limited size; all else, `/` and `/dev` too, is read-only. */
export function runArguments({ tree, binds, env, cwd, network, limits }: Launch, system: readonly string[], visible: VisiblePaths): readonly string[] {
  const tmp = String(Math.ceil(limits.tmpBytes));
  return [
    ...ISOLATION,
    ...(network === "none" ? ["--unshare-net"] : []),
    ...Object.entries({ ...VARIABLES, ...env }).flatMap(([name, value]) => ["--setenv", name, value]),
    ...system,
    "--ro-bind", visible.etc, "/etc",
    "--proc", "/proc",
    // Not for writing by whoever gets root's uid: core_pattern names a program that the host runs.
    "--ro-bind", "/proc/sys", "/proc/sys",
    "--dev", "/dev", "--size", tmp, "--tmpfs", "/dev/shm", "--remount-ro", "/dev",
    "--size", tmp, "--tmpfs", "/tmp",
    "--ro-bind", visible.node, NODE,
    ...(tree && visible.tree !== null ? [tree.access === "write" ? "--bind" : "--ro-bind", visible.tree, WORKSPACE] : ["--dir", WORKSPACE]),
    ...binds.flatMap(({ to }, index) => ["--ro-bind", visible.binds[index] ?? "", to]),
    "--remount-ro", "/",
    "--chdir", path.posix.join(WORKSPACE, cwd),
  ];
}
