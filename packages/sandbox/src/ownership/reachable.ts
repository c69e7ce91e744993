import { statSync } from "node:fs";
import path from "node:path";

const OTHERS_ENTER = 0o001;

/**
 * What a uid without rights of its own cannot enter on the way to `target`: the path below the last closed directory, or null when all of them are open.
 * `/root/clone/data/tree` with `/root` closed: `/root/clone`.
 */
export function firstBelowClosed(target: string): string | null {
  const parts = path.resolve(target).split("/").slice(1);
  const parents = parts.map((_, index) => `/${parts.slice(0, index).join("/")}`);
  // The kernel holds the directories on the way to everything that is in use: a thread for each would cost more than all of them.
  const modes = parents.map((parent) => statSync(parent).mode);
  const closed = modes.findLastIndex((mode) => (mode & OTHERS_ENTER) === 0);
  return closed === -1 ? null : path.join(parents[closed] ?? "/", parts[closed] ?? "");
}
