import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ILogger } from "@coder/shared/trpc";
import { createSandbox, type SandboxOptions } from "../create-sandbox.ts";
import type { ISandbox, SandboxResult, SandboxRunSpec } from "../ISandbox.ts";

/** On Debian as root the tests are started with it installed. */
export const hasBubblewrap = (): boolean => existsSync("/usr/bin/bwrap");
export const isRoot = process.geteuid?.() === 0;

const quiet: ILogger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => quiet };

export interface Rig {
  readonly sandbox: ISandbox;
  readonly data: string;
  /** A new, prepared work tree. */
  tree(): Promise<string>;
  /** Runs a shell script on a tree; both streams as text. */
  sh(script: string, spec?: Partial<SandboxRunSpec>): Promise<Omit<SandboxResult, "stdout" | "stderr"> & { readonly stdout: string; readonly stderr: string }>;
  close(): Promise<void>;
}

/** A sandbox with a data directory of its own, below a directory that only its owner may enter. */
export async function openRig(options: Partial<SandboxOptions> & { readonly open?: boolean } = {}): Promise<Rig> {
  const folder = await mkdtemp(path.join(tmpdir(), "coder-sandbox-test-"));
  await chmod(folder, options.open === true ? 0o711 : 0o700);
  const data = path.join(folder, "data");
  const sandbox = await createSandbox({ dataDirectory: data, allowBareProcess: () => false, log: quiet, ...options });
  let count = 0;
  return {
    sandbox,
    data,
    tree: async () => {
      const tree = path.join(data, "workspaces", "organization", String((count += 1)));
      await sandbox.prepareTree(tree);
      return tree;
    },
    sh: async (script, spec = {}) => {
      const { stdout, stderr, ...result } = await sandbox.run({ command: "sh", args: ["-c", script], ...spec });
      return { ...result, stdout: stdout.toString(), stderr: stderr.toString() };
    },
    close: async () => {
      await sandbox.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Processes of the whole machine that sleep for so long, with the uid they have outside. */
export async function sleepers(seconds: string): Promise<readonly { readonly pid: number; readonly uid: number }[]> {
  const pids = (await readdir("/proc")).map(Number).filter(Number.isInteger);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      return commandLine === `sleep\0${seconds}\0` ? ((await stat(`/proc/${pid}`).then(({ uid }) => ({ pid, uid }), () => null)) ?? []) : [];
    }),
  );
  return found.flat();
}

/** Asks until it is so; after 10 s it is not. */
export async function eventually(what: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) if (await what()) return true;
  return false;
}
