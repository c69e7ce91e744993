import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { pathFault } from "@coder/api/workspace";
import { stringify } from "yaml";
import { z } from "zod";
import { installUnsupported, lockFileRefused } from "../../errors.ts";
import { inFolder, readText } from "../../package-manifest.ts";
import type { PackageManager } from "../../PackageManager.ts";
import { copyManifests, copyPatches, lockTextOf, MAX_LOCK_BYTES, pick } from "./copy-manifests.ts";
import type { IInstaller, InstallCommand, LockContent, LockPlace } from "./IInstaller.ts";
import { readYaml } from "./read-yaml.ts";

const SETTINGS_FILE = ".yarnrc.yml";
/** The lock file as it came. */
const GIVEN = ".given-yarn.lock";
/** Of a project's own settings, those that decide what is installed where, and by which sums it is known. All others could lead elsewhere or run something. */
const KEPT = ["nodeLinker", "nmHoistingLimits", "nmSelfReferences", "packageExtensions", "catalog", "catalogs", "supportedArchitectures", "defaultProtocol", "defaultSemverRangePrefix", "compressionLevel", "approvedGitRepositories"];

const MetadataSchema = z.object({ version: z.coerce.string() });
const EntrySchema = z.object({ resolution: z.string() });

/** Lock files of Yarn 4, with dependencies in `node_modules`. */
export class BerryInstaller implements IInstaller {
  readonly commandLine = "yarn install --immutable --mode=skip-build";
  readonly #packages: PackageManager;

  constructor(packages: PackageManager) {
    this.#packages = packages;
  }

  async copy(place: LockPlace, made: string): Promise<LockContent> {
    const { tree, folder } = place;
    const text = await lockTextOf(place);
    const read = readYaml((await readText(tree, inFolder(folder, SETTINGS_FILE), MAX_LOCK_BYTES)) ?? "")?.value;
    const settings = pick(typeof read === "object" && read !== null ? read : {}, KEPT);
    if (settings["nodeLinker"] !== "node-modules") throw installUnsupported("Yarn is set up for Plug'n'Play, which has no folder of dependencies.", 'Set "nodeLinker: node-modules" in .yarnrc.yml, and run "yarn install" once.');
    const { folders, packages, patches } = readBerryLock(text);
    await copyManifests(place, folders, made);
    await copyPatches(place, patches.map((at) => ({ name: at, at })), made);
    await writeFile(path.join(made, "yarn.lock"), text);
    await writeFile(path.join(made, GIVEN), text);
    await writeFile(path.join(made, SETTINGS_FILE), stringify(settings));
    return { packages, folders };
  }

  /** Yarn calls a lock file of another Yarn 4 outdated for its number alone, so it may write it anew here, and what it names is compared. */
  async faultOf(made: string): Promise<string | null> {
    const [given, written] = await Promise.all([GIVEN, "yarn.lock"].map(async (name) => entriesIn(await readFile(path.join(made, name), "utf8"))));
    return isDeepStrictEqual(given, written) ? null : "yarn.lock does not fit package.json: it would have to be changed.";
  }

  async command(registry: string, proxy: string): Promise<InstallCommand> {
    const { program, binds } = await this.#packages.bundled("@yarnpkg/cli-dist", "bin/yarn.js");
    return {
      args: [program, "install", "--no-immutable", "--mode=skip-build"],
      binds,
      env: {
        YARN_IGNORE_PATH: "1", YARN_ENABLE_SCRIPTS: "false", YARN_ENABLE_TELEMETRY: "false", YARN_ENABLE_GLOBAL_CACHE: "false", YARN_CACHE_FOLDER: "/workspace/.cache", YARN_GLOBAL_FOLDER: "/workspace/.global", YARN_NM_MODE: "classic", YARN_ENABLE_HARDENED_MODE: "false",
        YARN_NPM_REGISTRY_SERVER: registry.replace(/\/$/, ""), YARN_UNSAFE_HTTP_WHITELIST: new URL(registry).hostname, YARN_HTTP_PROXY: proxy, YARN_HTTPS_PROXY: proxy, YARN_ENABLE_COLORS: "true",
      },
    };
  }
}

/** All that is named, without what only says who wrote it. */
function entriesIn(text: string): unknown {
  const parsed = z.record(z.string(), z.unknown()).safeParse(readYaml(text)?.value).data ?? {};
  const { __metadata: _writer, ...entries } = parsed;
  return entries;
}

/** What a lock file names. Whatever would lead out of the project, or elsewhere than to the registry, is refused by name. */
export function readBerryLock(text: string): LockContent & { readonly patches: readonly string[] } {
  const parsed = z.record(z.string(), z.unknown()).safeParse(readYaml(text)?.value);
  if (!parsed.success) throw lockFileRefused("", "it cannot be read");
  const { __metadata, ...entries } = parsed.data;
  const version = MetadataSchema.safeParse(__metadata).data?.version ?? "";
  if (!/^(?:[89]|1\d)$/.test(version)) throw installUnsupported(`It is of version ${version.slice(0, 20)}, made with another Yarn than 1 and 4.`, 'Make it anew with Yarn 4: "yarn set version 4", then "yarn install".');
  const [folders, patches]: [string[], string[]] = [[], []];
  for (const [name, entry] of Object.entries(entries)) {
    const resolution = EntrySchema.safeParse(entry).data?.resolution ?? "";
    const [, protocol = "", place = ""] = /^(?:@[^/@]+\/)?[^/@]+@([a-z]+):(.*)$/s.exec(resolution) ?? [];
    if (protocol === "workspace") {
      if (place !== "." && pathFault(place) !== null) throw lockFileRefused(name, "its place is not in the project");
      folders.push(place === "." ? "" : place);
    } else if (protocol === "patch") {
      // `NAME@npm%3A1.0.0#~/.yarn/patches/NAME.patch::version=…`; built-in ones name no file.
      for (const patch of place.slice(place.indexOf("#") + 1).split("::")[0]?.split("&") ?? []) {
        const at = patch.replace(/^(?:optional!|~\/|\.\/)+/, "");
        if (at.startsWith("builtin<")) continue;
        if (pathFault(at) !== null) throw lockFileRefused(name, "its patch is not in the project");
        patches.push(at);
      }
    } else if (protocol !== "npm" || place.includes("::__archiveUrl=")) throw lockFileRefused(name, "it comes from a repository, an address or a folder, and no registry");
  }
  return { packages: Object.keys(entries).length - folders.length, folders, patches };
}
