import { registry } from "@coder/modules";
import { OrganizationIdSchema, SessionIdSchema, systemCaller, UserIdSchema, type Caller } from "@coder/shared";
import { JobQueue, newId, openQueueBackend } from "@coder/shared/server";
import { silentLogger } from "@coder/testing";
import { vi } from "vitest";
import { z } from "zod";
import type { ApiSamples, ContractWorld } from "../contract-world.ts";

/** Jobs of it wait, because it is paused. */
const QUEUE = "dashboard.own-jobs.change";
const TokenSchema = z.object({ token: z.string() });

/** Jobs that wait in a queue, and a process that notes them. */
class WaitingJobs {
  readonly #world: ContractWorld;
  #queue: Promise<JobQueue> | null = null;

  constructor(world: ContractWorld) {
    this.#world = world;
  }

  async add(role: string, ofNobody = false): Promise<{ queue: string; id: string }> {
    const queue = await (this.#queue ??= this.#open());
    const { userId, organizationId, sessionId } = await this.#world.signIn(role);
    const person: Caller = { kind: "user", userId: UserIdSchema.parse(userId), organizationId: OrganizationIdSchema.nullable().parse(organizationId), sessionId: SessionIdSchema.parse(sessionId) };
    const id = newId();
    await queue.addMany([{ id, message: { kind: "job", name: QUEUE, payload: { bulkId: newId() } }, caller: ofNobody ? systemCaller("contract") : person, traceId: null, enqueuedBy: "test", createdAt: new Date().toISOString() }]);
    return { queue: QUEUE, id };
  }

  async #open(): Promise<JobQueue> {
    const { installation } = this.#world;
    await this.#world.askAs("owner", z.unknown(), "POST", `/dashboards/queues/${QUEUE}/pause`);
    await installation.host({ modules: registry, roles: ["jobs"] });
    const database = { provider: "postgresql" as const, url: installation.database.url, systemUrl: null, poolSize: 2 };
    return new JobQueue({ backend: openQueueBackend({ config: { redis: { url: null }, database }, log: silentLogger }) });
  }
}

export const samples: ApiSamples = (world) => {
  const jobs = new WaitingJobs(world);
  const history = () => ({ from: "2026-01-01T00:00:00.000Z", until: "2026-01-02T00:00:00.000Z" });
  const queue = () => ({ queue: "logging.retention.apply" });

  /** The operations of one set of jobs: `Own` of one's own, `System` of the product's, none of the organization's. */
  const set = (infix: "Own" | "System" | "", path: string) => {
    const add = (role: { name: string } | null) => jobs.add(role?.name ?? "owner", infix === "System");
    const cancelled = async (role: { name: string } | null) => {
      const ref = await add(role);
      await world.askAs(infix === "Own" ? (role?.name ?? "owner") : "owner", z.unknown(), "POST", `${path}/${ref.queue}/${ref.id}/cancel`);
      return ref;
    };
    const preview = async (role: { name: string } | null) => {
      const ref = await add(role);
      const body = { action: "cancel", jobs: [ref] };
      // As soon as it is noted.
      return vi.waitFor(() => world.askAs(infix === "Own" ? (role?.name ?? "owner") : "owner", TokenSchema, "POST", `${path}/bulk-previews`, body), { timeout: 20_000, interval: 100 });
    };
    return {
      [`dashboard.get${infix}Job`]: add,
      [`dashboard.list${infix}JobLogs`]: add,
      [`dashboard.cancel${infix}Job`]: add,
      [`dashboard.retry${infix}Job`]: cancelled,
      [`dashboard.remove${infix}Job`]: add,
      [`dashboard.preview${infix}Bulk`]: async (role: { name: string } | null) => {
        await preview(role);
        return { action: "cancel", filter: {} };
      },
      [`dashboard.run${infix}Bulk`]: async (role: { name: string } | null) => ({ token: (await preview(role)).token }),
      ...(infix === "Own" ? { "dashboard.getBulk": async (role: { name: string } | null) => ({ id: (await preview(role)).token }) } : {}),
    };
  };
  return {
    ...set("Own", "/dashboards/own-jobs"),
    ...set("", "/dashboards/jobs"),
    ...set("System", "/dashboards/system-jobs"),
    "dashboard.getHistory": history,
    "dashboard.getSystemHistory": history,
    "dashboard.pauseQueue": queue,
    "dashboard.resumeQueue": queue,
  };
};
