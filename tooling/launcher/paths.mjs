import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readJson } from "./files.mjs";

/** The clone this file lies in. */
export const ROOT = resolve(fileURLToPath(new URL("../..", import.meta.url)));

/** @param {...string} parts */
export function inClone(...parts) {
  return join(ROOT, ...parts);
}

/** Lies in a data directory as long as a restore into it has not come to its end. */
export const UNFINISHED_RESTORE = "RESTORE-IS-NOT-FINISHED";

export function productVersion() {
  const manifest = readJson(inClone("package.json"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "";
}

/**
 * Everything below the one data directory.
 *
 * @param {string} directory
 */
export function dataPaths(directory) {
  return {
    directory,
    secrets: join(directory, "secrets"),
    run: join(directory, "run"),
    logs: join(directory, "logs"),
    blobs: join(directory, "blobs"),
    cluster: join(directory, "postgres"),
    /** Where initdb works before the finished cluster is renamed into place. */
    newCluster: join(directory, "postgres.new"),
    postgresPort: join(directory, "postgres.port"),
    state: join(directory, "run", "state.json"),
    processes: join(directory, "run", "processes.json"),
    operatorConfig: join(directory, "coder.yaml"),
  };
}
/** @typedef {ReturnType<typeof dataPaths>} DataPaths */
