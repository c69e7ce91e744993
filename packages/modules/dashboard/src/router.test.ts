import { dashboardPermissions, JOB_ACTIONS } from "@coder/api/dashboard";
import { dashboardRef, dashboardRouter } from "@coder/api/dashboard/router";
import type { Caller, OrganizationRole } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { createCallerFactory } from "@coder/shared/trpc";
import { outcome, permissionsOf, somebody, testContext, type AuditedCall } from "@coder/testing";
import { describe, expect, it } from "vitest";
import { parts } from "./__fixtures__/parts.ts";

type Who = OrganizationRole | "installation";
const ROLES: readonly Who[] = ["owner", "admin", "member", "auditor", "installation"];
const history = { from: "2026-03-01T12:00:00.000Z", until: "2026-03-01T13:00:00.000Z" };

/** The module's router on model queues, called at the edge by people of one organization. */
function edge() {
  const world = parts();
  const audited: AuditedCall[] = [];
  const ada = somebody();
  const as = (who: Who, caller: Caller = ada) =>
    createCallerFactory(dashboardRouter)(testContext({ ref: dashboardRef, service: world.service, caller, audited, permissions: permissionsOf(dashboardPermissions, who) }));
  return { ...world, ada, audited, as };
}
type Edge = ReturnType<ReturnType<typeof edge>["as"]>;

/** Every operation of one set of jobs, on jobs in states to which it applies. */
function operations(world: ReturnType<typeof edge>, scope: "own" | "organization" | "system") {
  const caller = scope === "system" ? undefined : world.ada;
  const running = () => world.queues.start(world.queues.add(caller ? { caller } : {}));
  const failed = () => world.queues.fail(running());
  const ref = ({ queue, id }: { queue: string; id: string }) => ({ queue, id });
  const preview = async (): Promise<string> => {
    failed();
    await world.project();
    const by = world.as(scope === "system" ? "installation" : "owner");
    const ask = { own: by.previewOwnBulk, organization: by.previewBulk, system: by.previewSystemBulk }[scope];
    return (await ask({ action: "retry", filter: {} })).token;
  };
  const pick = <Method>(edgeOf: Edge, own: (e: Edge) => Method, organization: (e: Edge) => Method, system: (e: Edge) => Method): Method => ({ own, organization, system })[scope](edgeOf);
  const read: Record<string, (e: Edge) => Promise<unknown>> = {
    list: (e) => pick(e, (x) => x.listOwnJobs, (x) => x.listJobs, (x) => x.listSystemJobs)({}),
    count: (e) => pick(e, (x) => x.countOwnJobs, (x) => x.countJobs, (x) => x.countSystemJobs)({}),
    get: (e) => pick(e, (x) => x.getOwnJob, (x) => x.getJob, (x) => x.getSystemJob)(ref(running())),
    logs: (e) => pick(e, (x) => x.listOwnJobLogs, (x) => x.listJobLogs, (x) => x.listSystemJobLogs)(ref(running())),
    failures: (e) => pick(e, (x) => x.listOwnFailures, (x) => x.listFailures, (x) => x.listSystemFailures)({}),
    queues: (e) => pick(e, (x) => x.listOwnQueues, (x) => x.listQueues, (x) => x.listSystemQueues)({}),
    watch: async (e) => {
      const stream = await pick(e, (x) => x.watchOwnJobs, (x) => x.watchJobs, (x) => x.watchSystemJobs)({});
      for await (const _item of stream) return;
    },
    ...(scope === "own" ? {} : { history: (e: Edge) => pick(e, (x) => x.getHistory, (x) => x.getHistory, (x) => x.getSystemHistory)(history) }),
  };
  const steer: Record<string, (e: Edge) => Promise<unknown>> = {
    cancel: (e) => pick(e, (x) => x.cancelOwnJob, (x) => x.cancelJob, (x) => x.cancelSystemJob)(ref(running())),
    retry: (e) => pick(e, (x) => x.retryOwnJob, (x) => x.retryJob, (x) => x.retrySystemJob)(ref(failed())),
    remove: (e) => pick(e, (x) => x.removeOwnJob, (x) => x.removeJob, (x) => x.removeSystemJob)(ref(failed())),
    preview: async (e) => {
      failed();
      await world.project();
      await pick(e, (x) => x.previewOwnBulk, (x) => x.previewBulk, (x) => x.previewSystemBulk)({ action: "retry", filter: {} });
    },
    run: async (e) => {
      const token = await preview();
      await pick(e, (x) => x.runOwnBulk, (x) => x.runBulk, (x) => x.runSystemBulk)({ token });
    },
  };
  return { read, steer };
}

const MAY = {
  own: { read: ROLES, steer: ROLES },
  organization: { read: ["owner", "admin", "auditor"], steer: ["owner", "admin"] },
  system: { read: ["installation"], steer: ["installation"] },
} as const satisfies Record<string, { read: readonly Who[]; steer: readonly Who[] }>;

describe("who may do what", () => {
  it.each(["own", "organization", "system"] as const)("with %s jobs: every role and every operation", async (scope) => {
    const world = edge();
    const { read, steer } = operations(world, scope);
    for (const [kind, methods] of [["read", read], ["steer", steer]] as const) {
      const allowed: readonly Who[] = MAY[scope][kind];
      for (const [name, call] of Object.entries(methods)) {
        const found = await Promise.all(ROLES.map(async (role) => [role, await outcome(call(world.as(role)))] as const));
        expect([name, ...found]).toEqual([name, ...ROLES.map((role) => [role, allowed.includes(role) ? "done" : "permission_missing"])]);
      }
    }
    world.feed.close();
  });

  it("pausing queues is for people who run the installation, and what became of an action for whoever started it", async () => {
    const world = edge();
    world.queues.add();
    for (const role of ROLES) {
      const may = role === "installation" ? "done" : "permission_missing";
      expect([role, await outcome(world.as(role).pauseQueue({ queue: "demo.thing.make" })), await outcome(world.as(role).resumeQueue({ queue: "demo.thing.make" }))]).toEqual([role, may, may]);
    }
    world.queues.fail(world.queues.start(world.queues.add({ caller: world.ada })));
    await world.project();
    const { token } = await world.as("member").previewOwnBulk({ action: "retry", filter: {} });
    expect(await world.as("member").getBulk({ id: token })).toMatchObject({ state: "previewed", count: 1, job: null });
    expect(await outcome(world.as("owner", somebody()).getBulk({ id: token }))).toBe("bulk_not_found");
  });

  it("the organization's limits are everybody's to read, and only modules ask to be admitted", async () => {
    const world = edge();
    for (const role of ROLES) expect([role, await outcome(world.as(role).getUsage({}))]).toEqual([role, "done"]);
    expect(await outcome(world.as("owner").admitJob({}))).not.toBe("done");
    expect(await outcome(world.as("owner", { kind: "anonymous" }).getUsage({}))).toBe("not_signed_in");
  });

  it("nothing of it is open to strangers", async () => {
    const world = edge();
    const stranger = world.as("owner", { kind: "anonymous" });
    for (const call of [stranger.listJobs({}), stranger.listOwnJobs({}), stranger.listSystemQueues({}), stranger.pauseQueue({ queue: "demo.thing.make" })]) expect(await outcome(call)).toBe("not_signed_in");
  });

  it("another organization's jobs are not there, whatever somebody may do in their own", async () => {
    const world = edge();
    const job = world.queues.fail(world.queues.start(world.queues.add({ caller: somebody() })));
    await world.project();
    const ref = { queue: job.queue, id: job.id };
    const owner = world.as("owner");
    expect((await owner.listJobs({})).items).toEqual([]);
    expect((await owner.listFailures({})).items).toEqual([]);
    expect((await owner.listQueues({})).items).toEqual([]);
    for (const call of [owner.getJob(ref), owner.getOwnJob(ref), owner.listJobLogs(ref), owner.cancelJob(ref), owner.retryJob(ref), owner.removeJob(ref)]) expect(await outcome(call)).toBe("job_not_found");
    for (const action of JOB_ACTIONS) expect(await outcome(owner.previewBulk({ action, jobs: [ref] }))).toBe("nothing_to_change");
    expect(await outcome(world.as("installation").getSystemJob(ref))).toBe("job_not_found");
    expect(world.queues.all()).toEqual([job]);
  });
});

describe("the edge", () => {
  it("tells the audit log what was done to which job, queue and set of jobs, refusals too", async () => {
    const world = edge();
    const running = world.queues.start(world.queues.add({ caller: world.ada }));
    const ref = { queue: running.queue, id: running.id };
    await outcome(world.as("member").cancelJob(ref));
    await world.as("owner").cancelJob(ref);
    await world.as("installation").pauseQueue({ queue: running.queue });
    await world.project();
    const { token } = await world.as("owner").previewBulk({ action: "remove", filter: {} });
    await world.as("owner").runBulk({ token });
    await outcome(world.as("owner").runBulk({ token: newId() }));
    const job = { type: "job", id: `${running.queue}/${running.id}` };
    expect(world.audited).toMatchObject([
      { action: "cancelJob", outcome: "denied", target: job },
      { action: "cancelJob", outcome: "success", target: job, details: { title: "Make thing", state: "cancelled" } },
      { action: "pauseQueue", outcome: "success", target: { type: "queue", id: running.queue } },
      { action: "previewBulk", outcome: "success", target: { type: "bulk_action", id: token }, details: { action: "remove", jobs: 1 } },
      { action: "runBulk", outcome: "success", target: { type: "bulk_action", id: token }, details: { action: "remove", jobs: 1 } },
      { action: "runBulk", outcome: "failure", errorCode: "preview_expired", target: { type: "bulk_action" } },
    ]);
  });

  it("refuses questions that make no sense", async () => {
    const owner = edge().as("owner");
    const hostile: readonly (() => Promise<unknown>)[] = [
      () => owner.listJobs({ limit: 0 }), () => owner.listJobs({ text: " " }), () => owner.listJobs({ from: "yesterday" }), () => owner.listJobs({ queues: Array.from({ length: 51 }, () => "x") }),
      () => owner.getJob({ queue: "", id: "1" }), () => owner.previewBulk({ action: "remove" }), () => owner.previewBulk({ action: "remove", jobs: [], filter: {} }),
      () => owner.previewBulk({ action: "remove", jobs: [{ queue: "a", id: "b" }], filter: {} }), () => owner.getHistory({ from: history.until, until: history.from }), () => owner.runBulk({ token: "x" }),
      () => owner.getHistory({ from: "2020-01-01T00:00:00.000Z", until: "2026-01-01T00:00:00.000Z" }),
    ];
    for (const [place, ask] of hostile.entries()) expect([place, await ask().then(() => "done", (error) => error.code)]).toEqual([place, "BAD_REQUEST"]);
    expect(await outcome(owner.listJobs({ cursor: "made-up.token" }))).toBe("invalid_cursor");
  });
});
