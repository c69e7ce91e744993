import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Everything in a tree that a checkpoint has to bring back, bit for bit: kinds, modes, contents, targets. By names as Latin-1 of their bytes. */
export function recordTree(root: string, excluded: ReadonlySet<string> = new Set([".git", "node_modules"])): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (folder: Buffer, at: string): void => {
    for (const name of readdirSync(folder, { encoding: "buffer" })) {
      if (excluded.has(name.toString("latin1"))) continue;
      const entry = Buffer.concat([folder, Buffer.from("/"), name]);
      const path = at + name.toString("latin1");
      const stats = lstatSync(entry);
      const mode = (stats.mode & 0o7777).toString(8);
      if (stats.isSymbolicLink()) found[path] = `link ${readlinkSync(entry, { encoding: "buffer" }).toString("latin1")}`;
      else if (stats.isDirectory()) {
        found[path] = `folder ${mode}`;
        visit(entry, `${path}/`);
      } else if (!stats.isFile()) found[path] = "neither";
      else found[path] = `file ${mode} ${readFileSync(entry).toString("base64")}`;
    }
  };
  visit(Buffer.from(root), "");
  return found;
}
