import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { inFolder, readText } from "../../package-manifest.ts";
import type { PackageManager } from "../../PackageManager.ts";
import { readLock } from "../read-lock.ts";
import { lockTextOf, MAX_LOCK_BYTES } from "./copy-manifests.ts";
import type { IInstaller, InstallCommand, LockContent, LockPlace } from "./IInstaller.ts";

/** Of a project's own settings for npm, those that decide whether a lock file fits. All others could lead elsewhere. */
const KEPT_SETTINGS = /^\s*(legacy-peer-deps|strict-peer-deps|install-links|install-strategy)\s*=\s*\S+\s*$/;

/** Lock files of npm 7 and newer. */
export class NpmInstaller implements IInstaller {
  readonly commandLine = "npm ci --ignore-scripts";
  readonly #packages: PackageManager;

  constructor(packages: PackageManager) {
    this.#packages = packages;
  }

  async copy(place: LockPlace, made: string): Promise<LockContent> {
    const { tree, folder, lockPath } = place;
    const text = await lockTextOf(place);
    const lock = readLock(text, folder);
    for (const each of lock.folders) {
      const manifest = await readText(tree, inFolder(inFolder(folder, each), "package.json"), MAX_LOCK_BYTES);
      if (manifest === null) continue;
      await mkdir(path.join(made, each), { recursive: true });
      await writeFile(path.join(made, each, "package.json"), manifest);
    }
    await writeFile(path.join(made, path.posix.basename(lockPath)), text);
    const settings = (await readText(tree, inFolder(folder, ".npmrc"), MAX_LOCK_BYTES)) ?? "";
    await writeFile(path.join(made, ".npmrc"), settings.split("\n").filter((line) => KEPT_SETTINGS.test(line)).join("\n"));
    return lock;
  }

  /** Its own check ends it otherwise. */
  async faultOf(): Promise<string | null> {
    return null;
  }

  async command(registry: string, proxy: string): Promise<InstallCommand> {
    const { cli, binds } = await this.#packages.npm();
    return {
      args: [cli, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--cache=/workspace/.cache", `--registry=${registry}`, "--replace-registry-host=always", `--proxy=${proxy}`, `--https-proxy=${proxy}`, "--noproxy=", "--fetch-retry-factor=3", "--fetch-retry-mintimeout=1000", "--color=always", "--loglevel=http"],
      binds,
      env: {},
    };
  }
}
