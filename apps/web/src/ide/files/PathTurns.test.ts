import { expect, it } from "vitest";
import { PathTurns } from "./PathTurns.ts";

it("does what meets in the order in which it was asked for, and all else at once", async () => {
  const turns = new PathTurns();
  const done: string[] = [];
  const held = Promise.withResolvers<void>();
  const moved = turns.run(["src/a.ts", "src/b.ts"], () => held.promise.then(() => void done.push("moved")));
  const removed = turns.run(["src/b.ts"], async () => void done.push("removed"));
  const renamed = turns.run(["src", "lib"], async () => void done.push("renamed"));
  const copied = turns.free(["lib/b.ts"]).then(() => done.push("copied"));
  await turns.run(["src2/b.ts"], async () => void done.push("written elsewhere"));
  expect(done).toEqual(["written elsewhere"]);
  held.resolve();
  await Promise.all([moved, removed, renamed, copied]);
  expect(done).toEqual(["written elsewhere", "moved", "removed", "renamed", "copied"]);
});

it("goes on after what failed", async () => {
  const turns = new PathTurns();
  const held = Promise.withResolvers<void>();
  const failing = turns.run(["a"], () => held.promise);
  const next = turns.run(["a"], async () => "done");
  held.reject(new Error("Refused"));
  await expect(failing).rejects.toThrow("Refused");
  expect(await next).toBe("done");
});
