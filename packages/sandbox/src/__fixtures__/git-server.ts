import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createGunzip } from "node:zlib";

const BACKEND = "/usr/lib/git-core/git-http-backend";

export interface GitServer {
  readonly port: number;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** Serves the repositories below `root` as git's own backend does, and redirects `/moved/...` to `redirectTo`. */
export async function serveGit(root: string, redirectTo = "http://127.0.0.1:1/"): Promise<GitServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (request.url?.startsWith("/moved/")) response.writeHead(302, { location: redirectTo + request.url.slice("/moved/".length) }).end();
    else serve(root, request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    asked,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** The Common Gateway Interface (RFC 3875), as far as the backend needs it. */
function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://localhost");
  const env = {
    PATH: process.env["PATH"] ?? "", GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: "1", GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*",
    PATH_INFO: url.pathname, QUERY_STRING: url.search.slice(1), REQUEST_METHOD: request.method ?? "GET", CONTENT_TYPE: request.headers["content-type"] ?? "",
    GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
  };
  const child = spawn(BACKEND, { env, stdio: ["pipe", "pipe", "ignore"] });
  const body = request.headers["content-encoding"] === "gzip" ? request.pipe(createGunzip()) : request;
  body.pipe(child.stdin.on("error", () => undefined));
  let head: Buffer | null = Buffer.alloc(0);
  child.stdout.on("data", (data: Buffer) => {
    if (head === null) return void response.write(data);
    head = Buffer.concat([head, data]);
    const end = head.indexOf("\r\n\r\n");
    if (end === -1) return;
    const lines = head.subarray(0, end).toString().split("\r\n");
    const headers = lines.map((line) => line.split(/:\s*/, 2)).filter(([name]) => name !== "Status");
    const status = lines.find((line) => line.startsWith("Status:"))?.split(" ")[1] ?? "200";
    response.writeHead(Number(status), Object.fromEntries(headers));
    response.write(head.subarray(end + 4));
    head = null;
  });
  child.on("close", () => response.end());
}
