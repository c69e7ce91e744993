import { expect, it, vi } from "vitest";
import { onlyLast } from "./only-last.ts";

it("hands on the answer to the last question, whichever comes first", async () => {
  const heard = vi.fn();
  const settle = onlyLast<string>(heard);
  const [first, second, third] = [Promise.withResolvers<string>(), Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const settled = [first, second].map(({ promise }) => settle(promise));
  second.resolve("second");
  await settled[1];
  first.resolve("first");
  await settled[0];
  third.resolve("third");
  await settle(third.promise);
  expect(heard.mock.calls).toEqual([["second"], ["third"]]);
});
