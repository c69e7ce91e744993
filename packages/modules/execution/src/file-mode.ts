/** The mode of a folder that a change makes. */
export const NEW_FOLDER_MODE = 0o755;

/** Without setuid, setgid and sticky, which nothing that is made here is given. */
export const PERMISSION_BITS = 0o777;

/** The mode of the file that is replaced (null: there is none), with the right to run it given or taken; whoever may read it may run it. */
export function modeOf(old: number | null, executable: boolean): number {
  if (old === null) return executable ? 0o755 : 0o644;
  const mode = old & PERMISSION_BITS;
  const wasExecutable = (mode & 0o111) !== 0;
  if (wasExecutable === executable) return mode;
  return executable ? mode | ((mode & 0o444) >> 2) : mode & ~0o111;
}
