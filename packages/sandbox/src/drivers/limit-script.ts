import type { SandboxLimits } from "../ISandbox.ts";

const BLOCK_BYTES = 512;
/** What a watcher sees late, the kernel sees at once; the watcher names the limit, so it comes first. */
const CPU_MARGIN_SECONDS = 2;
/** Address space that programs ask for and do not use. */
const MEMORY_MARGIN_BYTES = 512 * 1024 ** 2;

/**
 * The command line of a shell that takes itself into the run's groups, sets the limits of each single process and becomes the program. One that cannot be
 * taken in does not run; a limit that cannot be set is lower already. What a run makes is open to the tree's group, because runs beside it have another uid.
 *
 * @param groups The descriptors through which it gets in: below 10, because a shell knows no others. None: nothing limits memory and processes as a whole.
 */
export function limited(command: readonly string[], limits: SandboxLimits, { groups, umask }: { readonly groups: readonly number[]; readonly umask: string }): readonly string[] {
  const together = groups.length > 0;
  const enter = together ? `{ ${groups.map((group) => `echo 0 >&${group}`).join(" && ")}; } || kill -KILL $$; exec ${groups.map((group) => `${group}>&-`).join(" ")}; ` : "";
  const settings = [
    "-c 0",
    `-n ${limits.openFiles}`,
    `-f ${Math.max(1, Math.floor(limits.fileBytes / BLOCK_BYTES))}`,
    ...(limits.cpuSeconds === null ? [] : [`-t ${Math.ceil(limits.cpuSeconds) + CPU_MARGIN_SECONDS}`]),
    ...(together ? [] : [`-d ${Math.ceil((limits.memoryBytes * 2 + MEMORY_MARGIN_BYTES) / 1024)}`]),
  ].map((setting) => `ulimit ${setting}; `);
  return ["/bin/sh", "-c", `${enter}umask ${umask}; { ${settings.join("")}} 2>/dev/null; exec "$@"`, "sh", ...command];
}

/**
 * The same for the number of processes, unless groups limit it: the kernel counts all of the uid, in namespaces of users each of them alone, so this has to
 * be said within the run's.
 */
export function limitedInNumber(command: readonly string[], { processes }: Pick<SandboxLimits, "processes">, groups: readonly unknown[]): readonly string[] {
  if (groups.length > 0) return command;
  // It is -p in dash and busybox, -u in bash.
  return ["/bin/sh", "-c", `{ ulimit -p ${processes} || ulimit -u ${processes}; } 2>/dev/null; exec "$@"`, "sh", ...command];
}
