import { writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { walkTree } from "@coder/work-tree";
import { lockFileRefused } from "../../errors.ts";
import { inFolder, readText } from "../../package-manifest.ts";
import type { PackageManager } from "../../PackageManager.ts";
import { withoutDependencies } from "../../Scripts.ts";
import { copyManifests, lockTextOf, MAX_LOCK_BYTES } from "./copy-manifests.ts";
import type { IInstaller, InstallCommand, LockContent, LockPlace } from "./IInstaller.ts";
import { readYaml } from "./read-yaml.ts";

const MAX_WALKED = 30_000;
const GlobsSchema = z.array(z.string());
const WorkspacesSchema = z.object({ workspaces: z.union([GlobsSchema, z.object({ packages: GlobsSchema }).transform(({ packages }) => packages)]) });
/** Of an address of a package's archive, what is the same at every registry. */
const ARCHIVE = /\/((?:@[^/]+(?:\/|%2f))?[^/]+\/-\/[^/#"]+\.tgz)(#[^"]*)?$/i;

/** Lock files of Yarn 1. */
export class YarnInstaller implements IInstaller {
  readonly commandLine = "yarn install --frozen-lockfile --ignore-scripts";
  readonly #packages: PackageManager;

  constructor(packages: PackageManager) {
    this.#packages = packages;
  }

  async copy(place: LockPlace, made: string, registry: string): Promise<LockContent> {
    const { lock, packages } = yarnLockFor(await lockTextOf(place), registry);
    const folders = await workspacesOf(place);
    await copyManifests(place, folders, made);
    await writeFile(path.join(made, "yarn.lock"), lock);
    return { packages, folders };
  }

  /** Its own check ends it otherwise. */
  async faultOf(): Promise<string | null> {
    return null;
  }

  async command(registry: string, proxy: string): Promise<InstallCommand> {
    const { program, binds } = await this.#packages.bundled("yarn", "bin/yarn.js");
    return {
      args: [program, "--no-default-rc", "install", "--frozen-lockfile", "--ignore-scripts", "--ignore-engines", "--non-interactive", "--no-progress", "--cache-folder=/workspace/.cache", `--registry=${registry}`, `--proxy=${proxy}`, `--https-proxy=${proxy}`],
      binds,
      env: { YARN_IGNORE_PATH: "1", HTTP_PROXY: proxy, HTTPS_PROXY: proxy, NO_PROXY: "", FORCE_COLOR: "1" },
    };
  }
}

/** A lock file whose packages come from a registry, whichever they came from before: Yarn asks the address that it holds. Others are refused by name. */
export function yarnLockFor(text: string, registry: string): { readonly lock: string; readonly packages: number } {
  let [entry, packages] = ["", 0];
  const lines = text.replaceAll("\r\n", "\n").split("\n").map((line) => {
    if (/^\S.*:$/.test(line) && !line.startsWith("#")) {
      entry = line.slice(0, -1);
      packages += 1;
      if (/@(?:file|link|git|git\+\w+|github|gitlab|bitbucket|https?|exec|portal):/i.test(entry)) throw lockFileRefused(entry.slice(0, 200), "it comes from a repository, an address or a folder, and no registry");
    }
    const [, space = "", address] = /^(\s+)resolved "?([^"]*)"?$/.exec(line) ?? [];
    if (address === undefined) return line;
    const [, archive, hash = ""] = ARCHIVE.exec(address) ?? [];
    if (archive === undefined || !/^https?:\/\//i.test(address)) throw lockFileRefused(entry.slice(0, 200), `it comes from ${address.slice(0, 200)}, which is no registry`);
    return `${space}resolved "${registry.replace(/\/$/, "")}/${archive}${hash}"`;
  });
  return { lock: lines.join("\n"), packages };
}

/** The folder of the lock file and those that its manifest names by patterns. */
async function workspacesOf({ tree, folder }: LockPlace): Promise<readonly string[]> {
  const manifest = await readText(tree, inFolder(folder, "package.json"), MAX_LOCK_BYTES);
  const globs = WorkspacesSchema.safeParse(readYaml(manifest ?? "")?.value).data?.workspaces ?? [];
  if (globs.length === 0) return [""];
  const folders = [""];
  let walked = 0;
  for await (const { path: at, kind } of walkTree(tree, { filter: withoutDependencies })) {
    if (++walked > MAX_WALKED) break;
    if (kind !== "file" || !at.endsWith("/package.json") || !(folder === "" || at.startsWith(`${folder}/`))) continue;
    const each = at.slice(folder === "" ? 0 : folder.length + 1, -"/package.json".length);
    if (each !== "" && isNamed(each, globs)) folders.push(each);
  }
  return folders;
}

function isNamed(folder: string, globs: readonly string[]): boolean {
  const matches = (glob: string) => path.posix.matchesGlob(folder, glob.replace(/^\.\//, "").replace(/\/+$/, ""));
  return globs.some((glob) => !glob.startsWith("!") && matches(glob)) && !globs.some((glob) => glob.startsWith("!") && matches(glob.slice(1)));
}
