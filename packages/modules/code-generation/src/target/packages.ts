import type { Framework } from "@coder/api/code-generation";
import { posix } from "node:path";
import { isRecord, type Place, type Sources } from "../engine/Sources.ts";

/** A folder with a package.json, and what is in it. */
export interface ProjectPackage {
  /** Empty for the project's root. */
  readonly folder: string;
  readonly manifestPath: string | null;
  readonly manifest: Readonly<Record<string, unknown>>;
  /** All kinds of dependencies with their ranges. */
  readonly dependencies: ReadonlyMap<string, string>;
  /** Source files in it, those of packages below it left out. */
  readonly sources: readonly string[];
}

export function packagesOf(sources: Sources): ProjectPackage[] {
  const manifests = sources.snapshot.files.filter(({ path }) => posix.basename(path) === "package.json").map(({ path }) => path);
  const folders = manifests.map((path) => (path === "package.json" ? "" : posix.dirname(path)));
  const own = (path: string): string => folders.filter((folder) => folder === "" || path.startsWith(`${folder}/`)).sort((one, other) => other.length - one.length)[0] ?? "";
  const byFolder = new Map<string, string[]>();
  for (const path of sources.sourcePaths) {
    const folder = own(path);
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), path]);
  }
  if (!folders.includes("")) folders.push("");
  return folders.map((folder) => {
    const manifestPath = folder === "" ? "package.json" : `${folder}/package.json`;
    const manifest = sources.json(manifestPath) ?? {};
    const dependencies = new Map<string, string>();
    for (const key of ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"]) {
      const part = manifest[key];
      if (isRecord(part)) for (const [name, range] of Object.entries(part)) dependencies.set(name, typeof range === "string" ? range : "");
    }
    return { folder, manifestPath: manifests.includes(manifestPath) ? manifestPath : null, manifest, dependencies, sources: byFolder.get(folder) ?? [] };
  });
}

/** A folder and those above it up to the root, which is empty; with a name, what is called so in each. */
export function ancestors(folder: string, name?: string): string[] {
  const folders = folder === "" ? [""] : [...folder.split("/").map((_part, index, parts) => parts.slice(0, parts.length - index).join("/")), ""];
  return name === undefined ? folders : folders.map((at) => (at === "" ? name : `${at}/${name}`));
}

export interface FrameworkFound {
  readonly framework: Framework;
  readonly label: string;
  readonly major: number | null;
  readonly place: Place | null;
}

const NAMES = { express: "Express", fastify: "Fastify", next: "Next.js" } as const;

/** Which of the supported frameworks a package stands on: what its manifest names, else what its sources load. */
export function frameworkOf(sources: Sources, of: ProjectPackage): FrameworkFound | null {
  for (const name of ["next", "fastify", "express"] as const) {
    const range = of.dependencies.get(name);
    const loads = new RegExp(`(?:from\\s*|require\\(\\s*|import\\s*)["']${name}["']`);
    // Projects of fastify-cli only ever get an instance handed to their plugins.
    const plugin = /@fastify\/|fastify-plugin|\(\s*fastify\b/;
    const usedIn = of.sources.find((path) => loads.test(sources.text(path) ?? "")) ?? (name === "fastify" && range !== undefined ? of.sources.find((path) => plugin.test(sources.text(path) ?? "")) : undefined);
    if (range === undefined && (usedIn === undefined || name === "next")) continue;
    // A framework that is installed and never loaded is not what the package stands on.
    if (name !== "next" && usedIn === undefined) continue;
    const stated = range !== undefined && of.manifestPath !== null ? sources.placeOfText(of.manifestPath, new RegExp(`"${name}"\\s*:`)) : null;
    const place = stated ?? (usedIn === undefined ? null : sources.placeOfText(usedIn, loads));
    const major = /(\d+)/.exec(range ?? "")?.[1];
    const version = major === undefined ? "" : ` ${major}`;
    if (name !== "next") return { framework: name, label: `${NAMES[name]}${version}`, major: major === undefined ? null : Number(major), place };
    const router = nextRouter(sources, of);
    if (router) return { framework: router, label: `${NAMES.next}${version}, ${router === "next-app" ? "App router" : "Pages router"}`, major: major === undefined ? null : Number(major), place };
  }
  return null;
}

/** By where its files lie; the App router where there is nothing yet, or both. */
function nextRouter(sources: Sources, { folder }: ProjectPackage): Framework | null {
  const below = (name: string) => sources.snapshot.paths.some((path) => path.startsWith(`${folder === "" ? "" : `${folder}/`}${name}/`));
  const files = (pattern: RegExp) => sources.snapshot.paths.some((path) => (folder === "" || path.startsWith(`${folder}/`)) && pattern.test(folder === "" ? path : path.slice(folder.length + 1)));
  if (files(/^(?:src\/)?app\/.*route\.[jt]sx?$/)) return "next-app";
  if (files(/^(?:src\/)?pages\/api\/.*\.[jt]sx?$/)) return "next-pages";
  if (below("app") || below("src/app")) return "next-app";
  return below("pages") || below("src/pages") ? "next-pages" : null;
}
