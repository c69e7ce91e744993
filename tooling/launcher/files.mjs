import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, linkSync, lstatSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { codeOf } from "./problem.mjs";

/**
 * Replaces a file as a whole: a reader, or a crash, sees the old or the new one and nothing between.
 *
 * @param {string} path
 * @param {string} content
 * @param {number} [mode]
 */
export function writeAtomically(path, content, mode = 0o600) {
  renameSync(writeBeside(path, content, mode), path);
  syncDirectory(dirname(path));
}

/**
 * Writes a file unless it exists; of several processes one wins and all read what it wrote.
 *
 * @param {string} path
 * @param {() => string} makeContent
 * @param {number} [mode]
 * @returns {string} What the file holds.
 */
export function createOnce(path, makeContent, mode = 0o600) {
  const present = readIfPresent(path);
  if (present !== null) return present;
  const beside = writeBeside(path, makeContent(), mode);
  try {
    linkSync(beside, path);
    syncDirectory(dirname(path));
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  } finally {
    rmSync(beside, { force: true });
  }
  return readFileSync(path, "utf8");
}

/** @param {string} path */
export function readIfPresent(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

/**
 * The JSON in a file; `null` where there is none or only half of one.
 *
 * @param {string} path
 * @returns {unknown}
 */
export function readJson(path) {
  const text = readIfPresent(path);
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Whether there is anything of that name, a broken link included.
 *
 * @param {string} path
 */
export function exists(path) {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return false;
    throw error;
  }
}

/**
 * A directory and those above it. Not Node's own `recursive`: it tries for ever where a file system answers ENOENT to whoever makes something in it, as
 * /proc does.
 *
 * @param {string} path
 * @param {number} mode
 */
export function makeDirectory(path, mode) {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (codeOf(error) === "EEXIST") return;
    if (codeOf(error) !== "ENOENT" || exists(dirname(path))) throw error;
    makeDirectory(dirname(path), mode);
    mkdirSync(path, { mode });
  }
}

/** @param {string} path */
export function syncDirectory(path) {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * @param {string} path
 * @param {string} content
 * @param {number} mode
 */
function writeBeside(path, content, mode) {
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  const descriptor = openSync(beside, "wx", mode);
  try {
    writeSync(descriptor, content);
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
  return beside;
}
