import { silentLogger, somebody } from "@coder/testing";
import { expect, it, vi } from "vitest";
import { parts } from "./__fixtures__/parts.ts";
import { bulkChunkEntity, bulkEntity } from "./entities.ts";
import { applyRetentionHandler } from "./jobs/apply-retention.handler.ts";
import { Retention } from "./Retention.ts";

it("forgets what ended long ago, each kind after its own time, and nothing that is still open", async () => {
  const { queues, project, rows, database, config, clock, now } = parts();
  const [done, failed, waiting] = [queues.complete(queues.start(queues.add())), queues.fail(queues.start(queues.add())), queues.add()];
  await project();
  const retention = new Retention({ database, config, now });
  const kept = async () => (await rows.query({})).items.map(({ jobId }) => jobId).sort();
  const info = vi.fn();
  const run = () => applyRetentionHandler({ retention })({ id: "1", payload: {}, caller: somebody(), attempt: 1, signal: new AbortController().signal, log: { ...silentLogger, info }, progress: async () => undefined });
  clock.now = new Date("2026-03-08T11:00:00.000Z");
  await run();
  expect(await kept()).toEqual([done.id, failed.id, waiting.id].sort());
  clock.now = new Date("2026-03-08T13:00:00.000Z");
  await run();
  expect(await kept()).toEqual([failed.id, waiting.id].sort());
  clock.now = new Date("2026-06-01T00:00:00.000Z");
  await run();
  expect(await kept()).toEqual([waiting.id]);
  expect(info.mock.calls.map(([fields]) => fields)).toEqual([{ removed: 0 }, { removed: 1 }, { removed: 1 }]);
});

it("keeps for each organization as long as that has it kept, and reads nothing back in that is past", async () => {
  const [brief, long, other] = [somebody(), somebody(), somebody()];
  const { queues, project, rows, database, config, clock, now } = parts({ config: { organizations: { [String(brief.organizationId)]: { completedDays: 1 }, [String(long.organizationId)]: { completedDays: 20, failedDays: 90 } } } });
  for (const caller of [brief, long, other]) {
    queues.complete(queues.start(queues.add({ caller })));
    queues.fail(queues.start(queues.add({ caller })));
  }
  queues.complete(queues.start(queues.add()));
  await project();
  const retention = new Retention({ database, config, now });
  const kept = async () => {
    await retention.apply();
    await project();
    const { items } = await rows.query({});
    return [brief, long, other, { organizationId: null }].map(({ organizationId }) => items.filter((row) => row.organizationId === organizationId).map(({ state }) => state).sort());
  };
  clock.now = new Date("2026-03-03T00:00:00.000Z");
  expect(await kept()).toEqual([["failed"], ["completed", "failed"], ["completed", "failed"], ["completed"]]);
  clock.now = new Date("2026-03-10T00:00:00.000Z");
  expect(await kept()).toEqual([["failed"], ["completed", "failed"], ["failed"], []]);
  clock.now = new Date("2026-04-10T00:00:00.000Z");
  expect(await kept()).toEqual([[], ["failed"], [], []]);
});

it("forgets previews that nobody carried out, and what became of actions after a week", async () => {
  const { queues, project, database, config, clock, now, service } = parts();
  const ada = somebody();
  queues.add({ caller: ada });
  await project();
  const preview = () => service.previewBulk(ada, { action: "remove", filter: {} }, "organization");
  const [unused, used] = [await preview(), await preview()];
  await service.runBulk(ada, { token: used.token }, "organization");
  const retention = new Retention({ database, config, now });
  const ids = async () => (await database.system("retention").repository(bulkEntity).query({})).items.map(({ id }) => id).sort();
  await retention.forgetPreviews();
  expect(await ids()).toEqual([unused.token, used.token].sort());
  clock.now = new Date("2026-03-01T13:16:00.000Z");
  await retention.forgetPreviews();
  expect(await ids()).toEqual([used.token]);
  clock.now = new Date("2026-03-08T14:00:00.000Z");
  await retention.apply();
  expect(await ids()).toEqual([]);
  expect(await database.system("retention").repository(bulkChunkEntity).count({})).toBe(0);
});
