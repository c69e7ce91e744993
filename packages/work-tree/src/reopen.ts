import { chmodSync, closeSync, constants, fstatSync, openSync, type BigIntStats } from "node:fs";
import { O_PATH } from "./o-path.ts";

/** To list a folder and to enter it; to read a file. */
const [LOOK, READ] = [0o500, 0o400];
/** Of a folder that is opened: a closed one is of no use to anybody. */
const ALL = 0o700;

/** Whether a program closed a file or folder to its owner, who is us where the product is not root. Root may read everything. */
export function isClosedToUs({ mode, uid }: BigIntStats): boolean {
  const needed = neededFor(Number(mode));
  return isOurs(uid) && (Number(mode) & needed) !== needed;
}

/** Whether a program took away what its owner needs to make and remove what is in a folder. */
export function isLockedToUs({ mode, uid }: BigIntStats): boolean {
  return isOurs(uid) && (Number(mode) & ALL) !== ALL;
}

/** Gives its rights back to us. A link that comes to be there meanwhile is not followed. False: it is not to be had. */
export function reopen(entry: string | Buffer): boolean {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(entry, O_PATH | constants.O_NOFOLLOW);
    const { mode } = fstatSync(descriptor);
    chmodSync(`/proc/self/fd/${descriptor}`, (mode & 0o7777) | (isFolder(mode) ? ALL : READ));
    return true;
  } catch {
    return false;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function isOurs(uid: bigint): boolean {
  const us = process.geteuid?.();
  return us !== undefined && us !== 0 && Number(uid) === us;
}

function neededFor(mode: number): number {
  if (isFolder(mode)) return LOOK;
  return (mode & constants.S_IFMT) === constants.S_IFREG ? READ : 0;
}

function isFolder(mode: number): boolean {
  return (mode & constants.S_IFMT) === constants.S_IFDIR;
}
