import { watch } from "node:fs";
import { inClone } from "./paths.mjs";
import { fingerprint } from "./stamp.mjs";

/** Files that a running product does not take over, and what to do once they changed. */
const INPUTS = [
  { path: "prisma/schema", remedy: "`npm run db:migration -- NAME` writes its migration; then Ctrl-C, and `npm run dev` takes both over" },
  { path: "prisma/migrations", remedy: "Ctrl-C, and `npm run dev` applies them" },
  { path: "package-lock.json", remedy: "Ctrl-C, and `npm run dev` installs what it names" },
];
const SETTLED_MS = 300;

/**
 * Says which inputs of a start changed while the product runs, once for each change, until somebody stops it. What is as it was again needs nothing.
 *
 * @param {{ say: (text: string) => void, signal: AbortSignal }} options
 */
export function tellStaleInputs({ say, signal }) {
  for (const { path, remedy } of INPUTS) {
    const started = fingerprint([path]);
    let last = started;
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const look = () => {
      const now = printOf(path);
      if (now === null || now === last) return;
      last = now;
      if (now !== started) say(`${path} changed: ${remedy}.`);
    };
    const watcher = watch(inClone(path), { signal }, () => {
      clearTimeout(timer);
      timer = setTimeout(look, SETTLED_MS);
    });
    // A file that is replaced takes its watcher with it; what is said by then stays true.
    watcher.on("error", () => watcher.close());
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  }
}

/**
 * @param {string} path
 * @returns {string | null} Null while it is being written: the next change comes.
 */
function printOf(path) {
  try {
    return fingerprint([path]);
  } catch {
    return null;
  }
}
