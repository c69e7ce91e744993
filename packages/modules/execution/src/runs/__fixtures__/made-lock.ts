import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { bundledFolder } from "../PackageManager.ts";
import type { TinyRegistry } from "./tiny-registry.ts";

const programOf = (name: string, program: string) => path.join(bundledFolder(name), program);

const MAKERS = {
  pnpm: { lock: "pnpm-lock.yaml", program: () => programOf("pnpm", "bin/pnpm.mjs"), args: (url: string) => ["install", "--lockfile-only", "--ignore-scripts", `--registry=${url}`] },
  yarn: { lock: "yarn.lock", program: () => programOf("yarn", "bin/yarn.js"), args: (url: string) => ["--no-default-rc", "install", "--ignore-scripts", "--non-interactive", `--registry=${url}`] },
  berry: { lock: "yarn.lock", program: () => programOf("@yarnpkg/cli-dist", "bin/yarn.js"), args: () => ["install", "--mode=update-lockfile"] },
} as const;

/** The lock file that a package manager makes of a project, as whoever uses it does. */
export async function madeLock(manager: keyof typeof MAKERS, registry: TinyRegistry, files: Readonly<Record<string, string | object>>): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "coder-lock-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
    }
    const { lock, program, args } = MAKERS[manager];
    if (manager !== "pnpm") writeFileSync(path.join(folder, "yarn.lock"), "");
    const url = registry.url;
    const env = { PATH: process.env["PATH"], NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"], HOME: folder, NODE_USE_SYSTEM_CA: "1", YARN_NPM_REGISTRY_SERVER: url.replace(/\/$/, ""), YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1", YARN_ENABLE_GLOBAL_CACHE: "false", YARN_ENABLE_TELEMETRY: "false", YARN_IGNORE_PATH: "1", pnpm_config_minimum_release_age: "0" };
    const { promise, resolve: ended } = Promise.withResolvers<{ code: number | null; output: string }>();
    const child = spawn(process.execPath, [program(), ...args(url)], { cwd: folder, env });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("close", (code) => ended({ code, output }));
    const done = await promise;
    if (done.code !== 0) throw new Error(`${manager} made no lock file: ${done.output}`);
    return readFileSync(path.join(folder, lock), "utf8");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
