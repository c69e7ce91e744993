import { expect, it } from "vitest";
import { restoreReason } from "./restore-reason.ts";

it("names what is restored once, however often that is undone and done again", () => {
  const first = restoreReason({ cause: "run", reason: "Before npm run build" });
  const second = restoreReason({ cause: "restore", reason: first });
  const third = restoreReason({ cause: "restore", reason: second });
  expect([first, second, third]).toEqual(['Before restoring "Before npm run build"', 'Before undoing the restore of "Before npm run build"', first]);
  expect(restoreReason({ cause: "person", reason: first })).toBe(`Before restoring "${first}"`);
});

it("fits where it is kept, its quotes closed", () => {
  const long = restoreReason({ cause: "person", reason: "x".repeat(200) });
  expect([long.length, long.endsWith('x"'), restoreReason({ cause: "restore", reason: long }).length]).toEqual([200, true, 200]);
});
