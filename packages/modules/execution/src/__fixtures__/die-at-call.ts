/** Ends this process without a word at a certain call that changes the disk (0: at none). Returns how many calls there were so far. */
export async function dieAtCall(fatal: number): Promise<() => number> {
  let calls = 0;
  const fs = await import("node:fs/promises");
  const { syncBuiltinESMExports } = await import("node:module");
  const mutable: Record<string, unknown> = fs.default as unknown as Record<string, unknown>;
  for (const name of ["rename", "link", "rm", "mkdir", "chmod", "open", "rmdir", "lchown"]) {
    const real = mutable[name];
    if (typeof real !== "function") continue;
    mutable[name] = (...given: readonly unknown[]) => {
      calls += 1;
      if (calls === fatal) process.kill(process.pid, "SIGKILL");
      return Reflect.apply(real, fs.default, given) as unknown;
    };
  }
  syncBuiltinESMExports();
  return () => calls;
}
