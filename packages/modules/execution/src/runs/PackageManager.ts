import { existsSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { runProcess } from "@coder/shared/server";
import type { SandboxBind } from "@coder/sandbox";
import { packageManagerMissing } from "./errors.ts";

const INSIDE = "/opt/npm";
const INSIDE_BUNDLED = "/opt/package-manager";
const ANSWER_MS = 15_000;

/** npm as runs call it. */
export interface Npm {
  /** Of `npm-cli.js`, inside. */
  readonly cli: string;
  readonly binds: readonly SandboxBind[];
}

/** Another package manager, of the version that the product brings along. */
export interface Bundled {
  /** Inside. */
  readonly program: string;
  readonly binds: readonly SandboxBind[];
}

/** The npm that is installed beside the product's Node, and the others that the product brings along, shown to runs read-only. */
export class PackageManager {
  #found: Promise<string | null> | undefined;
  #registry: Promise<string> | undefined;

  /** `package_manager_missing`. */
  async npm(): Promise<Npm> {
    const cli = await this.#cli();
    const folder = path.dirname(path.dirname(cli));
    // Runs see /usr as it is.
    return cli.startsWith("/usr/") ? { cli, binds: [] } : { cli: `${INSIDE}/bin/npm-cli.js`, binds: [{ from: folder, to: INSIDE }] };
  }

  /** @param name of the package @param program in it */
  async bundled(name: string, program: string): Promise<Bundled> {
    return { program: `${INSIDE_BUNDLED}/${program}`, binds: [{ from: await realpath(bundledFolder(name)), to: INSIDE_BUNDLED }] };
  }

  /** The registry of npm's own configuration: the operator's files and environment, nothing of a project. */
  registry(): Promise<string> {
    this.#registry ??= this.#askRegistry().catch((error: unknown) => {
      this.#registry = undefined;
      throw error;
    });
    return this.#registry;
  }

  async #askRegistry(): Promise<string> {
    let answer = "";
    const cli = await this.#cli();
    await runProcess(process.execPath, [cli, "config", "get", "registry"], { cwd: "/", signal: AbortSignal.timeout(ANSWER_MS), onOutput: (text) => void (answer += text) });
    return answer.trim();
  }

  async #cli(): Promise<string> {
    this.#found ??= find();
    const found = await this.#found;
    if (found === null) {
      this.#found = undefined;
      throw packageManagerMissing("npm");
    }
    return found;
  }
}

/** Where a package lies that the product brings along. Not every one gives its manifest away. */
export function bundledFolder(name: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const found = folders.map((each) => path.join(each, name)).find((each) => existsSync(path.join(each, "package.json")));
  if (found === undefined) throw packageManagerMissing(name);
  return found;
}

async function find(): Promise<string | null> {
  const beside = path.dirname(process.execPath);
  const candidates = [path.join(beside, "../lib/node_modules/npm/bin/npm-cli.js"), path.join(beside, "npm"), "/usr/local/bin/npm", "/usr/bin/npm", "/usr/local/lib/node_modules/npm/bin/npm-cli.js", "/usr/lib/node_modules/npm/bin/npm-cli.js"];
  for (const candidate of candidates) {
    const real = await realpath(candidate).catch(() => null);
    if (real?.endsWith("/npm-cli.js") && (await stat(real)).isFile()) return real;
  }
  return null;
}
