import { writeFile } from "node:fs/promises";
import path from "node:path";
import { pathFault } from "@coder/api/workspace";
import { stringify } from "yaml";
import { z } from "zod";
import { installUnsupported, lockFileRefused } from "../../errors.ts";
import { inFolder, readText } from "../../package-manifest.ts";
import type { PackageManager } from "../../PackageManager.ts";
import { copyManifests, copyPatches, lockTextOf, MAX_LOCK_BYTES, pick } from "./copy-manifests.ts";
import type { IInstaller, InstallCommand, LockContent, LockPlace } from "./IInstaller.ts";
import { readYaml } from "./read-yaml.ts";

const SETTINGS_FILE = "pnpm-workspace.yaml";
/** Of a project's own settings, those that decide what is installed where. All others could lead elsewhere or run something. */
const KEPT = [
  "packages", "catalog", "catalogs", "overrides", "packageExtensions", "peerDependencyRules", "ignoredOptionalDependencies", "autoInstallPeers", "excludeLinksFromLockfile", "dedupePeerDependents", "dedupeDirectDeps", "dedupeInjectedDeps", "injectWorkspacePackages",
  "linkWorkspacePackages", "preferWorkspacePackages", "nodeLinker", "hoist", "hoistPattern", "publicHoistPattern", "shamefullyHoist", "hoistWorkspacePackages", "strictPeerDependencies", "resolvePeersFromWorkspaceRoot", "peersSuffixMaxLength", "supportedArchitectures",
  "includeWorkspaceRoot", "patchedDependencies",
];
const LINE = /^\s*([a-z-]+)(\[\])?\s*=\s*(\S+)\s*$/;

const LockSchema = z.object({
  lockfileVersion: z.coerce.string(),
  importers: z.record(z.string(), z.unknown()).default({ ".": {} }),
  packages: z.record(z.string(), z.object({ resolution: z.looseObject({ tarball: z.unknown().optional(), type: z.unknown().optional(), directory: z.unknown().optional() }) })).default({}),
  patchedDependencies: z.record(z.string(), z.unknown()).default({}),
  pnpmfileChecksum: z.unknown().optional(),
});
const ManifestSchema = z.object({ pnpm: z.looseObject({}) });
const PatchesSchema = z.object({ patchedDependencies: z.record(z.string(), z.string()) });

/** Lock files of pnpm 9 and newer. */
export class PnpmInstaller implements IInstaller {
  readonly commandLine = "pnpm install --frozen-lockfile --ignore-scripts";
  readonly #packages: PackageManager;

  constructor(packages: PackageManager) {
    this.#packages = packages;
  }

  async copy(place: LockPlace, made: string): Promise<LockContent> {
    const text = await lockTextOf(place);
    const { folders, packages } = readPnpmLock(text);
    await copyManifests(place, folders, made);
    await writeFile(path.join(made, "pnpm-lock.yaml"), text);
    const settings = await settingsOf(place);
    if (settings["nodeLinker"] === "pnp") throw installUnsupported("It is set up for Plug'n'Play, which has no folder of dependencies.", "Set nodeLinker to isolated or hoisted in pnpm-workspace.yaml.");
    const patches = PatchesSchema.safeParse(settings).data?.patchedDependencies ?? {};
    await copyPatches(place, Object.entries(patches).map(([name, at]) => ({ name, at: at.replace(/^\.\//, "") })), made);
    if (Object.keys(settings).length > 0) await writeFile(path.join(made, SETTINGS_FILE), stringify(settings));
    return { packages, folders };
  }

  /** Its own check ends it otherwise. */
  async faultOf(): Promise<string | null> {
    return null;
  }

  async command(registry: string, proxy: string): Promise<InstallCommand> {
    const { program, binds } = await this.#packages.bundled("pnpm", "bin/pnpm.mjs");
    return {
      args: [program, "install", "--frozen-lockfile", "--ignore-scripts", "--ignore-pnpmfile", `--registry=${registry}`, "--store-dir=/workspace/.store", "--cache-dir=/workspace/.cache", "--reporter=append-only", "--color"],
      binds,
      // What the lock file names was decided when it was made: neither its age nor who vouches for it is asked of the registry again.
      env: { CI: "true", pnpm_config_minimum_release_age: "0", pnpm_config_trust_policy: "off", pnpm_config_fetch_retry_factor: "3", pnpm_config_fetch_retry_mintimeout: "1000", HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy, NO_PROXY: "", no_proxy: "" },
    };
  }
}

/** What a lock file names. Whatever would lead out of the project, or elsewhere than to the registry, is refused by name. */
export function readPnpmLock(text: string): LockContent {
  const read = readYaml(text);
  const parsed = LockSchema.safeParse(read?.value);
  if (!parsed.success) throw lockFileRefused("", "it cannot be read");
  const { lockfileVersion, importers, packages, pnpmfileChecksum } = parsed.data;
  if (!lockfileVersion.startsWith("9.")) throw installUnsupported(`It is of version ${lockfileVersion.slice(0, 20)}, made with another pnpm than 9 and newer.`, 'Make it anew with pnpm 9 or newer: "pnpm install --lockfile-only".');
  if (pnpmfileChecksum !== undefined) throw installUnsupported("A .pnpmfile.cjs changes what is installed, and no program of the project runs here.", "Say the same with overrides and packageExtensions in pnpm-workspace.yaml.");
  if ((read?.documents ?? 1) > 1) throw installUnsupported("It has configuration dependencies, which are programs that run while installing.", "Take configDependencies out of pnpm-workspace.yaml.");
  for (const [name, { resolution }] of Object.entries(packages)) {
    const { tarball, type, directory } = resolution;
    if (type !== undefined || directory !== undefined) throw lockFileRefused(name, "it comes from a repository or a folder, and no registry");
    if (tarball !== undefined && !(typeof tarball === "string" && /^https?:\/\//i.test(tarball))) throw lockFileRefused(name, "it comes from a file, and no registry");
  }
  const folders = Object.keys(importers).map((each) => (each === "." ? "" : each));
  for (const each of folders) if (each !== "" && pathFault(each) !== null) throw lockFileRefused(each, "its place is not in the project");
  return { packages: Object.keys(packages).length, folders };
}

/** The project's settings, wherever a pnpm looks for them: those before 11 had them in `.npmrc` and in the manifest. */
async function settingsOf({ tree, folder }: LockPlace): Promise<Record<string, unknown>> {
  const read = async (name: string) => (await readText(tree, inFolder(folder, name), MAX_LOCK_BYTES)) ?? "";
  const manifest = ManifestSchema.safeParse(readYaml(await read("package.json"))?.value).data?.pnpm ?? {};
  const own = z.looseObject({}).safeParse(readYaml(await read(SETTINGS_FILE))?.value).data ?? {};
  const lines: Record<string, unknown> = {};
  for (const line of (await read(".npmrc")).split("\n")) {
    const [, kebab = "", isList, value = ""] = LINE.exec(line) ?? [];
    const key = kebab.replaceAll(/-[a-z]/g, ([, letter = ""]) => letter.toUpperCase());
    const known = lines[key];
    lines[key] = isList === undefined ? (value === "true" || (value === "false" ? false : value)) : [...(Array.isArray(known) ? known : []), value];
  }
  return pick({ ...lines, ...manifest, ...own }, KEPT);
}
