import { randomUUID } from "node:crypto";
import { lstat, mkdir, rmdir } from "node:fs/promises";
import path from "node:path";

/** Gives two names the same key exactly where this disk takes them for one: some ignore case, some the form of accents. */
export async function collisionKeyOf(directory: string): Promise<(name: string) => string> {
  const probe = `probe-${randomUUID()}-\u00c9`;
  await mkdir(path.join(directory, probe));
  try {
    const ignoresCase = await exists(path.join(directory, probe.toLowerCase()));
    const ignoresForm = await exists(path.join(directory, probe.normalize("NFD")));
    if (!ignoresCase && !ignoresForm) return (name) => name;
    return (name) => {
      const formed = ignoresForm ? name.normalize("NFC") : name;
      return ignoresCase ? formed.toUpperCase().toLowerCase() : formed;
    };
  } finally {
    await rmdir(path.join(directory, probe));
  }
}

async function exists(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  );
}
