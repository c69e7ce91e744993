import type { SandboxEnd, SandboxProcess } from "@coder/sandbox";
import { fullDisk } from "../full-disk.ts";
import type { OutputFile } from "./RunOutputs.ts";

/** Keeps what a program prints until it has ended. One whose output cannot be kept, for example because the disk is full, is ended too. */
export async function followProgram(run: SandboxProcess, output: OutputFile): Promise<SandboxEnd> {
  run.stdin.end();
  try {
    await Promise.all([output.collect(run.stdout), output.collect(run.stderr)]);
  } catch (error) {
    run.kill();
    await run.ended.catch(() => undefined);
    throw fullDisk(error);
  }
  return run.ended;
}
