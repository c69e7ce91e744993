import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { ProjectIdSchema, type ProjectId } from "@coder/api/workspace";
import { registry } from "@coder/modules";
import { AppErrorDataSchema, isAppError, systemCaller } from "@coder/shared";
import { createServiceTokens } from "@coder/shared/server";
import { freePort, silentLogger } from "@coder/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { refusal, restDoor, typedDoor } from "./__fixtures__/doors.ts";
import { openInstallation, type Installation } from "./__fixtures__/installation.ts";
import { journey } from "./__fixtures__/journey.ts";
import { Person } from "./__fixtures__/people.ts";
import { StartRefused, type Program } from "./__fixtures__/program.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

interface Apart {
  readonly installation: Installation;
  readonly gateway: Program;
  readonly worker: Program;
  readonly logging: Program;
  /** The environment of every process that has to find logging. */
  readonly beside: Readonly<Record<string, string>>;
  startLogging(): Promise<Program>;
}

/** Logging in a process of its own; gateway and worker know where, and it knows the gateway. */
async function apart(): Promise<Apart> {
  const installation = await openInstallation();
  const [gatewayPort, loggingPort] = [await freePort(), await freePort()];
  const beside = { CODER_SERVICES__LOGGING__URL: `http://127.0.0.1:${loggingPort}` };
  const startLogging = () => installation.program("logging", { PORT: String(loggingPort), GATEWAY_URL: `http://127.0.0.1:${gatewayPort}` });
  const [logging, gateway, worker] = await Promise.all([
    startLogging(),
    installation.program("gateway", { ...beside, PORT: String(gatewayPort) }),
    installation.program("worker", beside),
  ]);
  return { installation, gateway, worker, logging, beside, startLogging };
}

describe("logging in a process of its own", () => {
  let parts: Apart;
  beforeAll(async () => {
    parts = await apart();
  });
  afterAll(() => parts.installation.close());

  it("changes nothing for people: the whole way is the same, and the audit log is complete", async () => {
    const { installation, gateway, beside } = parts;
    const second = await installation.program("gateway", beside);
    const { ann } = await journey({ url: gateway.url, otherUrl: second.url });
    const { modules } = await ann.api.kernel.health.query();
    expect(modules.filter(({ where }) => where === "elsewhere").map(({ name, status }) => [name, status])).toEqual([["logging", "up"]]);
  });
});

describe("logging killed", () => {
  let parts: Apart;
  beforeAll(async () => {
    parts = await apart();
  });
  afterAll(() => parts.installation.close());

  it("stops what it would have to record, and nothing else; all goes on when it is back", async () => {
    const { installation, gateway, worker, logging, startLogging } = parts;
    const ann = await new Person("Ann", gateway.url).signUp();
    const { version } = await ann.api.userManagement.getOrganization.query({});
    await logging.kill();

    // Fails closed: what cannot be recorded is not done.
    await expect(ann.api.userManagement.renameOrganization.mutate({ name: "Unrecorded", version })).rejects.toMatchObject(refusal(503, "audit_unavailable"));
    await expect(new Person("Ben", gateway.url).signUp()).rejects.toMatchObject(refusal(503, "audit_unavailable"));
    await expect(ann.newSession()).rejects.toMatchObject(refusal(503, "audit_unavailable"));
    expect(await installation.sql("select name from user_organizations")).toEqual([{ name: "Ann's organization" }]);
    expect([await installation.count("user_users"), await installation.count("auth_sessions")]).toEqual([1, 1]);
    // Reads go on, but for those that are logging's own.
    expect(await ann.api.userManagement.getOrganization.query({})).toMatchObject({ name: "Ann's organization" });
    expect(await ann.api.configurationService.listSettings.query({ limit: 1 })).toMatchObject({ items: [{}] });
    await expect(ann.api.logging.listEntries.query({})).rejects.toMatchObject(refusal(503, "service_unreachable"));
    const down = await ann.api.kernel.health.query();
    expect(down.modules.find(({ name }) => name === "logging")).toMatchObject({ status: "down", where: "elsewhere", message: expect.stringContaining(parts.logging.url), remedy: expect.stringContaining("logging") });
    expect([down.status, (await fetch(`${gateway.url}/ready`)).status]).toEqual(["down", 200]);

    await startLogging();
    expect(await ann.api.userManagement.renameOrganization.mutate({ name: "Recorded", version })).toMatchObject({ name: "Recorded" });
    expect(await ann.api.kernel.health.query()).toMatchObject({ status: "up" });
    const { items } = await ann.api.logging.listEntries.query({});
    expect(items.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual(["userManagement.renameOrganization success", "auth.signUp success"]);
    expect(await ann.api.logging.verifyChain.mutate({})).toMatchObject({ intact: true });
    expect([gateway.running, worker.running]).toEqual([true, true]);
  });
});

describe("any module on its own", () => {
  let installation: Installation;
  let ann: Person;
  let gatewayUrl: string;
  const alone = new Map<string, Program>();

  beforeAll(async () => {
    installation = await openInstallation();
    gatewayUrl = (await installation.host({}, ["http", "jobs"])).url;
    await Promise.all(registry.map(async ({ name }) => alone.set(name, await installation.program(["apps/gateway/src/module.ts", name], { GATEWAY_URL: gatewayUrl }))));
    ann = await new Person("Ann", gatewayUrl).signUp();
  });
  afterAll(() => installation.close());

  /** That a module asks the one of projects is seen by what it answers of one that is not there. */
  function knowsNoProject(ask: (projectId: ProjectId) => Promise<unknown>): Promise<boolean> {
    return ask(ProjectIdSchema.parse(randomUUID())).then(
      () => false,
      (error: unknown) => {
        if (isAppError(error) && error.code === "project_not_found") return true;
        throw error;
      },
    );
  }

  /** Something that only a signed-in person with the right role reads, and only from that module. */
  const READS: Readonly<Record<string, (api: Person["api"]) => Promise<unknown>>> = {
    auth: async (api) => (await api.auth.listSessions.query({})).items.length > 0,
    "configuration-service": async (api) => (await api.configurationService.getSetting.query({ key: "user-management.signUp" })).value === "invitation",
    dashboard: async (api) => Array.isArray((await api.dashboard.listJobs.query({})).items),
    "ai-service": async (api) => (await api.aiService.getModels.query({})).budget.calls === 0,
    "code-generation": async (api) => (await api.codeGeneration.listGenerators.query({})).generators.length > 0,
    embeddings: (api) => knowsNoProject((projectId) => api.embeddings.getIndex.query({ projectId })),
    execution: (api) => knowsNoProject((projectId) => api.execution.listRuns.query({ projectId })),
    logging: async (api) => (await api.logging.listEntries.query({})).items.length > 0,
    "user-management": async (api) => (await api.userManagement.listMembers.query({})).items.length === 1,
    workspace: async (api) => (await api.workspace.listProjects.query({})).items.length === 0,
  };

  it.each(registry.map(({ name }) => name))("%s answers probes, REST and tRPC", async (name) => {
    const url = alone.get(name)?.url ?? "";
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: "healthy" });
    const ready = await fetch(`${url}/ready`);
    expect([ready.status, await ready.json()]).toMatchObject([200, { status: "ready", checks: { database: "ok", queue: "ok" } }]);
    for (const door of [restDoor, typedDoor]) {
      expect(await READS[name]?.(door({ url, token: ann.token }))).toBe(true);
      await expect(READS[name]?.(door({ url }))).rejects.toMatchObject(refusal(401, "not_signed_in"));
    }
  });

  it("is recorded like any other: a change made through its own door is in the one audit log", async () => {
    const url = alone.get("user-management")?.url ?? "";
    const { version } = await ann.api.userManagement.getOrganization.query({});
    await ann.at(url).userManagement.renameOrganization.mutate({ name: "Renamed there", version });
    const { items } = await ann.api.logging.listEntries.query({ limit: 1 });
    expect(items).toMatchObject([{ action: "userManagement.renameOrganization", outcome: "success" }]);
  });

  it("listens on the port of its manifest when nobody says otherwise", async () => {
    const module = registry.find(({ name }) => name === "configuration-service");
    // Something else may hold that port on this machine: then it has to be the one it could not have.
    const result = await installation.program(["apps/gateway/src/module.ts", "configuration-service"], { GATEWAY_URL: gatewayUrl, PORT: "" }).catch((error: unknown) => error);
    expect(result instanceof StartRefused ? result.stderr : Reflect.get(Object(result), "url")).toContain(`127.0.0.1:${module?.port}`);
  });

  it("is named when there is no such module", async () => {
    const refused = await installation.program(["apps/gateway/src/module.ts", "no-such-module"]).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^There is no module no-such-module\.\nName one of these: .*logging.*\.\n$/) });
  });

  describe("and the tokens it takes", () => {
    const AnswerSchema = z.object({ error: z.object({ data: z.object({ error: AppErrorDataSchema }) }) });
    const caller = systemCaller("test");
    const entry = { caller: { kind: "anonymous" }, action: "test.forged", address: "10.0.0.1", userAgent: "", traceId: "0" };

    async function call(token: string | null): Promise<Response> {
      return fetch(`${alone.get("logging")?.url}/internal/trpc/logging.beginEntry`, {
        method: "POST",
        headers: { "content-type": "application/json", ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
        body: JSON.stringify(entry),
      });
    }

    function sign(audience: string, options: { secret?: string; ago?: number } = {}): Promise<string> {
      const now = () => new Date(Date.now() - (options.ago ?? 0) * 1000);
      const tokens = createServiceTokens({ secret: options.secret ?? installation.env["SERVICE_TOKEN_SECRET"] ?? "", log: silentLogger, now });
      return tokens.sign({ audience, caller, traceId: "0".repeat(32), deadline: new Date(now().getTime() + 10_000) });
    }

    /** A token as only somebody who knows the secret, or wants none, could write it. */
    function written(header: object, claims: object): string {
      const body = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
      return `${body}.${createHmac("sha256", installation.env["SERVICE_TOKEN_SECRET"] ?? "").update(body).digest("base64url")}`;
    }

    const seconds = () => Math.floor(Date.now() / 1000);
    const claims = () => ({ iss: "coder", aud: "logging", iat: seconds(), exp: seconds() + 30, caller, trace: "0", deadline: Date.now() + 10_000 });

    it.each<[string, () => Promise<string | null> | string | null]>([
      ["there is none", () => null],
      ["it is somebody's session", () => ann.token],
      ["another installation signed it", () => sign("logging", { secret: randomBytes(32).toString("hex") })],
      ["it was changed", async () => (await sign("logging")).replace(/\.[^.]{10}/, `.${Buffer.from("{}").toString("base64url")}abcdefgh`)],
      ["it says that it needs no signature", () => written({ alg: "none" }, claims()).replace(/[^.]*$/, "")],
      ["it is for another module", () => sign("auth")],
      ["it has expired", () => sign("logging", { ago: 120 })],
      ["it is from the future", () => sign("logging", { ago: -3_600 })],
      ["it is good for longer than a minute", () => written({ alg: "HS256", typ: "JWT" }, { ...claims(), exp: seconds() + 3_600 })],
      ["it names nobody", () => written({ alg: "HS256", typ: "JWT" }, { ...claims(), caller: undefined })],
    ])("are refused when %s", async (_why, token) => {
      const before = await installation.count("audit_intents");
      const response = await call(await token());
      expect([response.status, AnswerSchema.parse(await response.json()).error.data.error]).toMatchObject([401, { code: "service_token_invalid", remedy: expect.stringContaining("SERVICE_TOKEN_SECRET") }]);
      expect(await installation.count("audit_intents")).toBe(before);
    });

    it("are taken when nothing is wrong with them", async () => {
      for (const token of [await sign("logging"), written({ alg: "HS256", typ: "JWT" }, claims())]) expect((await call(token)).status).toBe(200);
      expect(await installation.count("audit_intents")).toBeGreaterThan(1);
    });
  });
});
