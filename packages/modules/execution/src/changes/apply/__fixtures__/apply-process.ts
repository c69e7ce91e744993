import { goOn } from "./go-on.ts";

// A process that puts files in their places as the job does, and dies at the file system call it is told to: `node apply-process.ts <root> <call> [journal.json]`.
const [root = "", call = "0", planned] = process.argv.slice(2);
const fatal = Number(call);
let calls = 0;

/** Everything that changes the disk passes here first. */
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

await goOn(root, planned ?? null);
process.stdout.write(String(calls));
