import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { registry } from "@coder/modules";
import { createTestInstallation } from "@coder/testing";
import { z } from "zod";

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, "../..");
const SessionSchema = z.object({ token: z.string(), organizationId: z.string() });
const ProjectSchema = z.object({ id: z.string() });

/** The product with one person in it, as a browser reaches it. */
export interface BenchWorkspace {
  /** A project with what `fill` puts into its tree. Returns its id. */
  addProject(name: string, fill: (tree: string) => Promise<void>): Promise<string>;
  treeOf(projectId: string): string;
  get(path: string): Promise<unknown>;
  /** What a live stream tells, until it ends or is left. */
  stream(procedure: string, input: object): AsyncGenerator<unknown>;
  close(): Promise<void>;
}

export async function openBenchWorkspace(): Promise<BenchWorkspace> {
  const installation = await createTestInstallation();
  const host = await installation.host({ modules: registry, roles: ["http"], env: { REQUESTS_PER_MINUTE: "1000000" } });
  const url = host.url ?? "";
  const ask = async (method: string, at: string, body: object | null, token: string | null): Promise<unknown> => {
    const headers = { "content-type": "application/json", ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
    const response = await fetch(`${url}/api/v1${at}`, { method, headers, body: body === null ? null : JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${at} answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  const person = { email: "bench@example.com", name: "Bench", password: "correct horse battery 9", delivery: "token" };
  const { token, organizationId } = SessionSchema.parse(await ask("POST", "/auth/sign-up", person, null));
  const treeOf = (projectId: string): string => path.join(installation.env["CODER_DATA"] ?? "", "workspaces", organizationId, projectId, "tree");
  return {
    treeOf,
    addProject: async (name, fill) => {
      const { id } = ProjectSchema.parse(await ask("POST", "/workspaces", { name }, token));
      await fill(treeOf(id));
      return id;
    },
    get: (at) => ask("GET", at, null, token),
    stream: (procedure, input) => eventsOf(`${url}/api/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`, token),
    close: () => installation.close(),
  };
}

/** The data of server-sent events. */
async function* eventsOf(url: string, token: string): AsyncGenerator<unknown> {
  const leave = new AbortController();
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}`, accept: "text/event-stream" }, signal: leave.signal });
  if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  let rest = "";
  try {
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      const events = `${rest}${piece}`.split("\n\n");
      rest = events.pop() ?? "";
      for (const event of events) {
        const name = /^event: (.*)$/m.exec(event)?.[1];
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (name === "return") return;
        if (name === "serialized-error") throw new Error(`${url} failed: ${data}`);
        if (name === undefined && data !== undefined && data !== "") yield JSON.parse(data);
      }
    }
  } finally {
    leave.abort();
  }
}

/** Fills a tree with published packages: more than 5,000 files of third-party code, without source maps, which hold it a second time in lines of megabytes. */
export function thirdPartyTree(): (tree: string) => Promise<void> {
  return async (tree) => {
    for (const name of ["next", "zod", "@types"]) await run("cp", ["-rL", path.join(ROOT, "node_modules", name), path.join(tree, name.replace("@", ""))]);
    await run("find", [tree, "-name", "*.map", "-delete"]);
  };
}
