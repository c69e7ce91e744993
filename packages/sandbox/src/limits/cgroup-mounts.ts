import { readFile } from "node:fs/promises";
import path from "node:path";

/** The directories of this process' own cgroups. */
export interface CgroupDirectories {
  /** By controller, for example `memory`; cgroup v1. */
  readonly v1: ReadonlyMap<string, string>;
  /** The one of cgroup v2, where it is mounted. */
  readonly v2: string | null;
}

interface Mount {
  readonly root: string;
  readonly at: string;
  readonly kind: string;
  readonly options: readonly string[];
}

export async function readCgroups(): Promise<CgroupDirectories> {
  const [mountText, cgroupText] = await Promise.all(["/proc/self/mountinfo", "/proc/self/cgroup"].map((file) => readFile(file, "utf8").catch(() => "")));
  return cgroupsFrom(mountText ?? "", cgroupText ?? "");
}

/** Reads `/proc/self/mountinfo` and `/proc/self/cgroup` together: a container sees its own part of the hierarchy as the mount's root. */
export function cgroupsFrom(mountinfo: string, cgroup: string): CgroupDirectories {
  const mounts = mountinfo.split("\n").flatMap(parseMount);
  const lines = cgroup.split("\n").flatMap((line) => {
    const [, controllers = "", own = ""] = /^\d+:([^:]*):(.+)$/.exec(line) ?? [];
    return own ? [{ controllers: controllers.split(",").filter(Boolean), own }] : [];
  });
  const v1 = lines.flatMap(({ controllers, own }) =>
    controllers.flatMap((controller) => {
      const mount = mounts.find(({ kind, options }) => kind === "cgroup" && options.includes(controller));
      const directory = mount && directoryOf(mount, own);
      return directory ? [[controller, directory] as const] : [];
    }),
  );
  const unified = lines.find(({ controllers }) => controllers.length === 0);
  const mount = mounts.find(({ kind }) => kind === "cgroup2");
  return { v1: new Map(v1), v2: unified && mount ? directoryOf(mount, unified.own) : null };
}

function directoryOf({ root, at }: Mount, own: string): string | null {
  const relative = path.relative(root, own);
  return relative.startsWith("..") ? null : path.join(at, relative);
}

function parseMount(line: string): Mount[] {
  const [left = "", right = ""] = line.split(" - ");
  const [, , , root, at] = left.split(" ");
  const [kind = "", , options = ""] = right.split(" ");
  return root && at && kind.startsWith("cgroup") ? [{ root, at, kind, options: options.split(",") }] : [];
}
