import type { SandboxLimits } from "../ISandbox.ts";
import { shellWord } from "./shell-word.ts";

const BLOCK_BYTES = 512;
/** What a watcher sees late, the kernel sees at once; the watcher names the limit, so it comes first. */
const CPU_MARGIN_SECONDS = 2;
/** Address space that programs ask for and do not use. */
const MEMORY_MARGIN_BYTES = 512 * 1024 ** 2;

export interface Surroundings {
  /** Where the run's groups are written to: a path, or a descriptor below 10, because a shell knows no others. None: nothing limits memory and processes as a whole. */
  readonly groups: readonly (string | number)[];
  readonly umask: string;
  /** How the shell calls its own process. */
  readonly self: "$$" | "$pid";
}

/**
 * The text by which a shell takes itself into the run's groups and sets the limits of each single process, before it becomes the program. One that cannot be
 * taken in does not run; a limit that cannot be set is lower already. What a run makes is open to the tree's group, because runs beside it have another uid.
 */
export function limitScript(limits: SandboxLimits, { groups, umask, self }: Surroundings): string {
  const together = groups.length > 0;
  const enter = together ? `{ ${groups.map((group) => `echo 0 ${redirection(group)}`).join(" && ")}; } || kill -KILL ${self}; ` : "";
  const descriptors = groups.filter((group) => typeof group === "number");
  const leave = descriptors.length > 0 ? `exec ${descriptors.map((descriptor) => `${descriptor}>&-`).join(" ")}; ` : "";
  const settings = [
    "-c 0",
    `-n ${limits.openFiles}`,
    `-f ${Math.max(1, Math.floor(limits.fileBytes / BLOCK_BYTES))}`,
    ...(limits.cpuSeconds === null ? [] : [`-t ${Math.ceil(limits.cpuSeconds) + CPU_MARGIN_SECONDS}`]),
    ...(together ? [] : [`-d ${Math.ceil((limits.memoryBytes * 2 + MEMORY_MARGIN_BYTES) / 1024)}`]),
  ].map((setting) => `ulimit ${setting}; `);
  return `${enter}${leave}umask ${umask}; { ${settings.join("")}} 2>/dev/null; `;
}

/**
 * The command with a limit on the number of processes, unless groups limit it: the kernel counts all of the uid, in namespaces of users each of them alone, so
 * this has to be said within the run's.
 */
export function limitedInNumber(command: readonly string[], { processes }: Pick<SandboxLimits, "processes">, groups: readonly unknown[]): readonly string[] {
  if (groups.length > 0) return command;
  // It is -p in dash and busybox, -u in bash.
  return ["/bin/sh", "-c", `{ ulimit -p ${processes} || ulimit -u ${processes}; } 2>/dev/null; exec "$@"`, "sh", ...command];
}

function redirection(group: string | number): string {
  return typeof group === "number" ? `>&${group}` : `>${shellWord(group)}`;
}
