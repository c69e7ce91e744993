import type { SandboxLimits } from "../ISandbox.ts";

const BLOCK_BYTES = 512;
/** What a watcher sees late, the kernel sees at once; the watcher names the limit, so it comes first. */
const CPU_MARGIN_SECONDS = 2;
/** Address space that programs ask for and do not use. */
const MEMORY_MARGIN_BYTES = 512 * 1024 ** 2;

/**
 * The command line of a shell that sets the limits of each single process and becomes the program. `together`: a cgroup limits memory and processes of the
 * run as a whole. What cannot be set is lower already. What a run makes is open to the tree's group, because runs beside it have another uid.
 */
export function limited(command: readonly string[], limits: SandboxLimits, { together, umask }: { readonly together: boolean; readonly umask: string }): readonly string[] {
  const settings = [
    "-c 0",
    `-n ${limits.openFiles}`,
    `-f ${Math.max(1, Math.floor(limits.fileBytes / BLOCK_BYTES))}`,
    ...(limits.cpuSeconds === null ? [] : [`-t ${Math.ceil(limits.cpuSeconds) + CPU_MARGIN_SECONDS}`]),
    ...(together ? [] : [`-d ${Math.ceil((limits.memoryBytes * 2 + MEMORY_MARGIN_BYTES) / 1024)}`]),
  ].map((setting) => `ulimit ${setting}; `);
  // The number of processes is -p in dash and busybox, -u in bash.
  const processes = together ? "" : `ulimit -p ${limits.processes} || ulimit -u ${limits.processes}; `;
  return ["/bin/sh", "-c", `umask ${umask}; { ${settings.join("")}${processes}} 2>/dev/null; exec "$@"`, "sh", ...command];
}
