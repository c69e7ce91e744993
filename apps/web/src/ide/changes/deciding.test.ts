import { ChangeSetIdSchema } from "@coder/api/execution";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

const ONE = ChangeSetIdSchema.parse("01a209d1-0636-70bf-8693-970e51b7c7c0");
const TWO = ChangeSetIdSchema.parse("01a209d1-0636-70bf-8693-970e51b7c7c1");

let page: EventTarget & { readonly location: { replace(path: string): void } };
beforeEach(() => {
  page = Object.assign(new EventTarget(), { location: { replace: vi.fn<(path: string) => void>() } });
  vi.stubGlobal("window", page);
  vi.stubGlobal("document", { cookie: "" });
  vi.resetModules();
});
afterEach(() => vi.unstubAllGlobals());

/** Whether somebody who leaves now is asked. */
function asks(): boolean {
  return !page.dispatchEvent(new Event("beforeunload", { cancelable: true }));
}

it("asks whoever leaves until all that was decided is written", async () => {
  const { beginDeciding, isDeciding } = await import("./deciding.ts");
  const written = [beginDeciding(ONE), beginDeciding(ONE), beginDeciding(TWO)];
  expect(asks()).toBe(true);
  expect(written.map((end) => [end(), isDeciding(ONE), asks()])).toEqual([[false, true, true], [true, false, true], [true, false, false]]);
});

it("holds up nobody whose session has ended, as the refusal of a decision may be what tells of that", async () => {
  const { beginDeciding } = await import("./deciding.ts");
  const { leave } = await import("#features/session/leave.ts");
  beginDeciding(ONE);
  leave("/sign-in");
  expect(asks()).toBe(false);
});
