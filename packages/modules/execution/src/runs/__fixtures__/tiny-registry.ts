import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

export interface TinyRegistry {
  readonly url: string;
  readonly host: string;
  /** A lock file that names the package. */
  readonly lock: { readonly name: string; readonly version: string; readonly lockfileVersion: number; readonly requires: boolean; readonly packages: Readonly<Record<string, object>> };
  /** Its entry in a lock file. */
  readonly entry: { readonly version: string; readonly resolved: string; readonly integrity: string; readonly hasInstallScript: boolean };
  readonly asked: string[];
  close(): Promise<void>;
}

/**
 * A registry of one package, on the loopback. Its install script would leave a trace.
 * @param pack makes the package's archive, given the folder that holds `package`: shell, for what no honest tool makes
 */
export async function openRegistry(pack = "tar czf tiny.tgz package"): Promise<TinyRegistry> {
  const folder = mkdtempSync(path.join(tmpdir(), "coder-registry-"));
  mkdirSync(path.join(folder, "package"));
  writeFileSync(path.join(folder, "package/package.json"), JSON.stringify({ name: "tiny", version: "1.0.0", main: "index.js", bin: { "../../../../evil": "index.js" }, scripts: { postinstall: "echo ran > ran.txt" } }));
  writeFileSync(path.join(folder, "package/index.js"), "module.exports = 42;\n");
  const packed = spawnSync("sh", ["-ec", pack], { cwd: folder, encoding: "utf8" });
  if (packed.status !== 0) throw new Error(packed.stderr);
  const tarball = readFileSync(path.join(folder, "tiny.tgz"));
  rmSync(folder, { recursive: true });
  const asked: string[] = [];
  const about = () => ({
    name: "tiny", "dist-tags": { latest: "1.0.0" }, time: { "1.0.0": "2024-01-01T00:00:00.000Z" },
    versions: { "1.0.0": { name: "tiny", version: "1.0.0", main: "index.js", hasInstallScript: true, scripts: { postinstall: "echo ran > ran.txt" }, dist: { tarball: `http://127.0.0.1:${port}/tiny/-/tiny-1.0.0.tgz`, integrity, shasum: createHash("sha1").update(tarball).digest("hex") } } },
  });
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (request.url === "/tiny/-/tiny-1.0.0.tgz") response.end(tarball);
    else if (request.url === "/tiny") response.setHeader("content-type", "application/json").end(JSON.stringify(about()));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  const entry = { version: "1.0.0", resolved: "https://registry.npmjs.org/tiny/-/tiny-1.0.0.tgz", integrity, hasInstallScript: true };
  return {
    url: `http://127.0.0.1:${port}/`,
    host: `127.0.0.1:${port}`,
    asked,
    entry,
    lock: { name: "app", version: "1.0.0", lockfileVersion: 3, requires: true, packages: { "": { name: "app", version: "1.0.0", dependencies: { tiny: "1.0.0" } }, "node_modules/tiny": entry } },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
