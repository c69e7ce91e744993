import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");

interface Locked {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const INSTALLED = (JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as { readonly packages: Readonly<Record<string, Locked>> }).packages;

/** A package registry on this machine that serves installed packages, with all that they need, as they were published. */
export async function startRegistry(...names: readonly string[]) {
  const tarballs = new Map<string, Buffer>();
  const locked = Object.fromEntries(
    closureOf(names).map((path) => {
      const { version, dependencies } = INSTALLED[path] ?? { version: "" };
      const name = nameOf(path);
      const file = `/${name}/-/${basename(name)}-${version}.tgz`;
      const tarball = tarballs.get(file) ?? packed(path);
      tarballs.set(file, tarball);
      return [path, { version, resolved: `https://registry.npmjs.org${file}`, integrity: `sha512-${createHash("sha512").update(tarball).digest("base64")}`, ...(dependencies ? { dependencies } : {}) }];
    }),
  );
  const server = createServer((request, response) => {
    const tarball = tarballs.get(decodeURIComponent(request.url ?? ""));
    if (tarball) response.end(tarball);
    else response.writeHead(404).end();
  });
  await new Promise<void>((ready) => void server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  const host = `127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  return {
    variables: { CODER_EXECUTION__INSTALL__REGISTRY: `http://${host}/`, CODER_EXECUTION__INSTALL__ALLOWED_PRIVATE_HOSTS: host },
    /** For the lock file of a project that needs them. */
    locked,
    /** For its manifest. */
    dependencies: Object.fromEntries(names.map((name) => [name, INSTALLED[`node_modules/${name}`]?.version ?? ""])),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Where the lock file of this repository has these packages and all that they need. */
function closureOf(names: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const need = (name: string, from: string): void => {
    const path = placeOf(name, from);
    if (path === null || found.has(path)) return;
    found.add(path);
    for (const each of Object.keys(INSTALLED[path]?.dependencies ?? {})) need(each, path);
  };
  for (const name of names) need(name, "");
  return [...found];
}

/** As Node looks for it: beside whoever needs it, then above. */
function placeOf(name: string, from: string): string | null {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    const path = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (path in INSTALLED) return path;
    if (folder === "") return null;
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}

function packed(path: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "coder-e2e-registry-"));
  const from = join(ROOT, path);
  try {
    execFileSync("tar", ["czf", join(folder, "package.tgz"), `--exclude=./node_modules`, `--transform=s,^\\.,package,`, "-C", from, "."], { cwd: dirname(from) });
    return readFileSync(join(folder, "package.tgz"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
