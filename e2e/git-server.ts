import { execFileSync } from "node:child_process";
import { createReadStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";

/** What most systems trust. */
const TRUSTED = "/etc/ssl/certs/ca-certificates.crt";

export interface GitServer {
  /** `localhost:41234` */
  readonly host: string;
  /** What makes a product trust this server: see `startProduct`. */
  readonly covers: Readonly<Record<string, string>>;
  /** While it is set, requests wait. */
  held: boolean;
  /** How many requests wait. */
  waiting(): number;
  release(): void;
  stop(): void;
}

/** A repository, `project.git`, behind https on this machine, with a certificate that nobody else trusts. */
export async function startGitServer(files: Readonly<Record<string, string>>): Promise<GitServer> {
  const folder = mkdtempSync(join(tmpdir(), "coder-e2e-git-"));
  const [key, certificate, bundle, work] = [join(folder, "key.pem"), join(folder, "cert.pem"), join(folder, "trusted.crt"), join(folder, "work")];
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate], { stdio: "ignore" });
  writeFileSync(bundle, `${readFileSync(TRUSTED, "utf8")}\n${readFileSync(certificate, "utf8")}`);

  mkdirSync(work);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(work, name), text);
  const git = (...args: readonly string[]) => execFileSync("git", ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "init.defaultBranch=main", "-C", work, ...args], { stdio: "ignore" });
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message=As it was published");
  git("clone", "--quiet", "--bare", work, join(folder, "project.git"));
  git("--git-dir", join(folder, "project.git"), "update-server-info");

  const waiting: (() => void)[] = [];
  // Git's plain protocol: files.
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
    const answer = () => {
      const file = createReadStream(join(folder, posix.normalize(decodeURIComponent((request.url ?? "/").split("?")[0] ?? "/"))));
      file.on("error", () => response.writeHead(404).end());
      file.pipe(response);
    };
    if (made.held) waiting.push(answer);
    else answer();
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const made: GitServer = {
    host: `localhost:${typeof address === "object" && address !== null ? address.port : 0}`,
    covers: { [TRUSTED]: bundle },
    held: false,
    waiting: () => waiting.length,
    release: () => {
      made.held = false;
      for (const each of waiting.splice(0)) each();
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return made;
}
