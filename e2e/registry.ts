import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");

/** A package registry on this machine that serves one installed package as it was published. */
export async function startRegistry(name: string) {
  const folder = mkdtempSync(join(tmpdir(), "coder-e2e-registry-"));
  cpSync(join(ROOT, "node_modules", name), join(folder, "package"), { recursive: true });
  execFileSync("tar", ["czf", "package.tgz", "package"], { cwd: folder });
  const tarball = readFileSync(join(folder, "package.tgz"));
  const { version } = JSON.parse(readFileSync(join(folder, "package/package.json"), "utf8")) as { readonly version: string };
  rmSync(folder, { recursive: true });
  const file = `/${name}/-/${name}-${version}.tgz`;
  const server = createServer((request, response) => (request.url === file ? response.end(tarball) : response.writeHead(404).end()));
  await new Promise<void>((ready) => void server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  const host = `127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  return {
    variables: { CODER_EXECUTION__INSTALL__REGISTRY: `http://${host}/`, CODER_EXECUTION__INSTALL__ALLOWED_PRIVATE_HOSTS: host },
    /** For the lock file of a project that needs it. */
    locked: { [`node_modules/${name}`]: { version, resolved: `https://registry.npmjs.org${file}`, integrity: `sha512-${createHash("sha512").update(tarball).digest("base64")}` } },
    version,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
