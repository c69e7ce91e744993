import { lstat } from "node:fs/promises";
import { runProcess } from "@coder/shared/server";

/**
 * Removes a directory with all that is in it, whatever the names, however deep. By the system's own program: it walks by descriptors, so that no
 * path is too long, and it can be ended. Fails when something is left.
 */
export async function removeTree(directory: string, signal: AbortSignal): Promise<void> {
  if (await isGone(directory)) return;
  let output = "";
  const run = async (command: string, args: readonly string[]) => runProcess(command, [...args, "--", directory], { signal, onOutput: (text) => (output = `${output}${text}`.slice(-2_000)) });
  if ((await run("rm", ["-rf"])) === 0 && (await isGone(directory))) return;
  // Folders that their owner closed to himself.
  await run("chmod", ["-R", "u+rwX"]);
  const code = await run("rm", ["-rf"]);
  if (code !== 0 || !(await isGone(directory))) throw new Error(`rm ended with ${code}: ${output}`);
}

async function isGone(directory: string): Promise<boolean> {
  return lstat(directory).then(
    () => false,
    (error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return true;
      throw error;
    },
  );
}
