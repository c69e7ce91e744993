import { spawn } from "node:child_process";
import type { ISandbox, SandboxProcess } from "@coder/sandbox";
import { rgPath } from "@vscode/ripgrep";

/** Runs ripgrep as it is, where a test is about what it finds and not about isolation. */
export function bareSandbox(): Pick<ISandbox, "spawn" | "pathInside"> {
  return {
    pathInside: async (tree) => tree,
    spawn: async ({ args = [], tree, signal }): Promise<SandboxProcess> => {
      const child = spawn(rgPath, args, { cwd: tree?.path, env: {}, stdio: "pipe" });
      const ended = Promise.withResolvers<Awaited<SandboxProcess["ended"]>>();
      let killed = false;
      const kill = (): void => {
        killed = child.kill("SIGKILL") || killed;
      };
      signal?.addEventListener("abort", kill, { once: true });
      child.once("close", (exitCode, endSignal) => ended.resolve({ exitCode, signal: endSignal, endedBy: killed ? "abort" : null, durationMs: 0, cpuMs: null, peakMemoryBytes: null, treeGrowthBytes: null }));
      return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended: ended.promise, kill };
    },
  };
}
