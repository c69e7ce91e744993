import { outcome, somebody } from "@coder/testing";
import { describe, expect, it } from "vitest";
import { CONFIG, parts } from "./__fixtures__/parts.ts";

const quota = (openJobs: number, keptJobs: number) => ({ config: { quota: { openJobs, keptJobs } } });
const signal = () => new AbortController().signal;

describe("what an organization's jobs may come to", () => {
  it("is told with what they come to: its own, open ones and those that ended apart", async () => {
    const { queues, project, service } = parts(quota(5, 9));
    const [ada, eve] = [somebody(), somebody()];
    queues.add({ caller: ada });
    queues.start(queues.add({ caller: ada }));
    queues.complete(queues.start(queues.add({ caller: ada })));
    queues.fail(queues.start(queues.add({ caller: ada })));
    queues.add({ caller: eve });
    queues.add();
    await project();
    expect(await service.getUsage(ada)).toEqual({ open: { used: 2, limit: 5 }, kept: { used: 2, limit: 9 }, retention: CONFIG.retention });
    expect(await service.getUsage(eve)).toMatchObject({ open: { used: 1 }, kept: { used: 0 } });
  });

  it("lets no other job be started at the limit, until one has ended; nobody else feels it", async () => {
    const { queues, project, service } = parts(quota(2, 9));
    const [ada, eve] = [somebody(), somebody()];
    const admitted = async (caller = ada) => {
      await project();
      return outcome(service.admitJob(caller));
    };
    expect(await admitted()).toBe("done");
    const job = queues.start(queues.add({ caller: ada }));
    expect(await admitted()).toBe("done");
    queues.add({ caller: ada });
    expect(await admitted()).toBe("job_quota_exceeded");
    expect(await admitted(eve)).toBe("done");
    queues.complete(job);
    expect(await admitted()).toBe("done");
  });

  it("keeps the newest that ended, and forgets the others with what their queues have of them", async () => {
    const { queues, project, service, quota: own } = parts(quota(9, 3));
    const [ada, eve] = [somebody(), somebody()];
    const ended = Array.from({ length: 8 }, (_none, at) => {
      const job = queues.start(queues.add({ caller: ada }));
      return at % 2 === 0 ? queues.complete(job) : queues.fail(job);
    });
    const open = queues.start(queues.add({ caller: ada }));
    const theirs = queues.complete(queues.start(queues.add({ caller: eve })));
    await project();
    expect(await own.trim(signal())).toBe(5);
    // Read anew, nothing of them comes back.
    await project();
    const ids = async (caller: typeof ada) => (await service.listJobs(caller, { limit: 50, sort: "changedAt", direction: "asc" }, "organization")).items.map(({ id }) => id).sort();
    expect(await ids(ada)).toEqual([...ended.slice(5), open].map(({ id }) => id).sort());
    expect(await ids(eve)).toEqual([theirs.id]);
    expect(await own.trim(signal())).toBe(0);
  });

  it("is another where an organization has its own, and nobody else feels it", async () => {
    const [ada, eve] = [somebody(), somebody()];
    const { queues, project, service, quota: own } = parts({ config: { organizations: { [String(ada.organizationId)]: { openJobs: 1, keptJobs: 2, failedDays: 3 } } } });
    for (const caller of [ada, eve]) {
      queues.add({ caller });
      for (let at = 0; at < 4; at++) queues.complete(queues.start(queues.add({ caller })));
    }
    await project();
    expect(await service.getUsage(ada)).toEqual({ open: { used: 1, limit: 1 }, kept: { used: 4, limit: 2 }, retention: { ...CONFIG.retention, failedDays: 3 } });
    expect(await service.getUsage(eve)).toMatchObject({ open: { limit: CONFIG.quota.openJobs }, kept: { limit: CONFIG.quota.keptJobs }, retention: CONFIG.retention });
    expect([await outcome(service.admitJob(ada)), await outcome(service.admitJob(eve))]).toEqual(["job_quota_exceeded", "done"]);
    expect(await own.trim(signal())).toBe(2);
    expect([(await service.getUsage(ada)).kept.used, (await service.getUsage(eve)).kept.used]).toEqual([2, 4]);
  });
});
