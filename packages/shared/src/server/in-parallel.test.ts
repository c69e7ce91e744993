import { expect, it } from "vitest";
import { inParallel } from "./in-parallel.ts";

it("does so many at once, and answers in the order of the items", async () => {
  let [underWay, most] = [0, 0];
  const twice = async (item: number) => {
    most = Math.max(most, (underWay += 1));
    // The later ones end first.
    for (let turn = item; turn < 20; turn += 1) await Promise.resolve();
    underWay -= 1;
    return item * 2;
  };
  const items = Array.from({ length: 20 }, (_, index) => index);
  expect(await inParallel(items, 3, twice)).toEqual(items.map((item) => item * 2));
  expect(most).toBe(3);
  expect(await inParallel([], 3, twice)).toEqual([]);
});

it("begins nothing after a failure, and is over when nothing is under way", async () => {
  const [begun, ended]: [number[], number[]] = [[], []];
  const work = async (item: number) => {
    begun.push(item);
    if (item === 1) throw new Error("One failed");
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    ended.push(item);
  };
  await expect(inParallel([0, 1, 2, 3, 4, 5], 3, work)).rejects.toThrow("One failed");
  expect(begun).toEqual([0, 1, 2]);
  expect(ended).toEqual([0, 2]);
});
