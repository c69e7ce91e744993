import { pathFault, type ProjectPath } from "@coder/api/workspace";
import { z } from "zod";
import { lockFileMissing, lockFileRefused } from "../errors.ts";
import type { LockContent } from "./managers/IInstaller.ts";

const MODULES = "node_modules";
const MAX_WORKSPACES = 2_000;

const EntrySchema = z.object({ resolved: z.unknown().optional(), link: z.unknown().optional() });
const LockSchema = z.object({ packages: z.record(z.string(), EntrySchema) });

/**
 * What a lock file of npm 7 or newer names. It is text of somebody else: whatever would lead out of the project, or elsewhere than to the registry, is refused by name, `lock_file_refused`,
 * before anything is started. That nothing of it could is the sandbox' doing, and the proxy's.
 */
export function readLock(text: string, folder: ProjectPath): LockContent {
  const parsed = LockSchema.safeParse(parseJson(text));
  if (!parsed.success) throw lockFileMissing(folder);
  const entries = Object.entries(parsed.data.packages);
  for (const [name, { resolved, link }] of entries) {
    if (name !== "" && pathFault(name) !== null) throw lockFileRefused(name, "its place is not in the project");
    if (resolved === undefined) continue;
    if (typeof resolved !== "string") throw lockFileRefused(name, "where it comes from cannot be read");
    if (link === true) {
      if (resolved !== "" && pathFault(resolved) !== null) throw lockFileRefused(name, `it is a link to ${shown(resolved)}, which is not in the project`);
    } else if (!/^https?:\/\//i.test(resolved)) throw lockFileRefused(name, `it comes from ${shown(resolved)}, which is no registry`);
  }
  const names = entries.map(([name]) => name);
  const folders = ["", ...names.filter((name) => name !== "" && !name.split("/").includes(MODULES))].slice(0, MAX_WORKSPACES);
  return { packages: names.length - folders.length, folders };
}

function shown(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    return null;
  }
}
