import { outcome, somebody } from "@coder/testing";
import { expect, it, vi } from "vitest";
import { parts } from "../__fixtures__/parts.ts";
import { InFlight, keyOf } from "./InFlight.ts";

it("asks once for all who ask at the same time, and anew for who asks later or otherwise", async () => {
  const inFlight = new InFlight<number>();
  const question = vi.fn(async () => question.mock.calls.length);
  expect(await Promise.all([inFlight.ask("a", question), inFlight.ask("a", question), inFlight.ask("b", question)])).toEqual([1, 1, 2]);
  expect(await inFlight.ask("a", question)).toBe(3);
});

it("tells all of them of a failure, and keeps none", async () => {
  const inFlight = new InFlight<number>();
  const question = vi.fn().mockRejectedValueOnce(new Error("Away")).mockResolvedValue(1);
  expect(await Promise.allSettled([inFlight.ask("a", question), inFlight.ask("a", question)])).toMatchObject([{ status: "rejected" }, { status: "rejected" }]);
  expect(await inFlight.ask("a", question)).toBe(1);
});

it("tells questions apart by what is in them, not by its order", () => {
  expect(keyOf({ a: 1, b: 2 })).toBe(keyOf({ b: 2, a: 1 }));
  expect(keyOf({ a: 1 }, { b: 2 })).not.toBe(keyOf({ a: 1, b: 2 }));
});

it("gives each organization and person their own counts, although they ask in the same moment", async () => {
  const { queues, project, service } = parts();
  const [ada, eve] = [somebody(), somebody()];
  const bob = { ...somebody(), organizationId: ada.organizationId };
  for (const caller of [ada, ada, ada, bob, eve]) queues.add({ caller });
  await project();
  const waiting = [service.countJobs(ada, {}, "organization"), service.countJobs(bob, {}, "organization"), service.countJobs(eve, {}, "organization"), service.countJobs(ada, {}, "own"), service.countJobs(bob, {}, "own")];
  expect((await Promise.all(waiting)).map((counts) => counts.waiting)).toEqual([4, 4, 1, 3, 1]);
  expect((await Promise.all([ada, bob, eve].map((caller) => service.listQueues(caller, "own")))).map(({ items }) => items[0]?.counts.waiting)).toEqual([3, 1, 1]);
  expect(await outcome(service.countJobs({ ...ada, organizationId: null }, {}, "organization"))).not.toBe("done");
});
