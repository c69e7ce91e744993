import { expect, it } from "vitest";
import { UndoStack } from "./UndoStack.ts";

it("takes back the last first, each once, and keeps no more than fifty", async () => {
  const stack = new UndoStack();
  const undone: number[] = [];
  const entries = Array.from({ length: 52 }, (_unused, index) => ({ title: String(index), undo: async () => undone.push(index) }));
  for (const entry of entries) stack.push(entry);
  await stack.run();
  await stack.run(entries[10]);
  await stack.run(entries[10]);
  await stack.run(entries[0]);
  expect(undone).toEqual([51, 10]);
  expect(stack.get().map(({ title }) => Number(title))).toEqual(entries.map((_entry, index) => index).filter((index) => index > 1 && index < 51 && index !== 10));
});
