import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { focusView } from "./focus-view.ts";

let frames: (() => void)[] = [];
const inNoDialog = { closest: (): object | null => null };
const page = Object.assign(new EventTarget(), { activeElement: inNoDialog, querySelector: (): object | null => (there ? view : null) });
const field = { ...inNoDialog, focus: () => void (page.activeElement = field) };
const elsewhere = { ...inNoDialog };
let there = true;
let drawn = false;
const view = {
  ...inNoDialog,
  contains: (element: object) => element === view || element === field,
  querySelector: () => (drawn ? field : null),
  querySelectorAll: () => [],
  focus: () => void (page.activeElement = view),
};

function drawFrames(count: number): void {
  for (let frame = 0; frame < count; frame += 1) for (const each of frames.splice(0)) each();
}

beforeEach(() => {
  frames = [];
  there = true;
  drawn = false;
  page.activeElement = elsewhere;
  vi.stubGlobal("document", page);
  vi.stubGlobal("HTMLInputElement", Map);
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => frames.push(draw));
  vi.stubGlobal("cancelAnimationFrame", () => void (frames = []));
});
afterEach(() => vi.unstubAllGlobals());

it.each([
  { what: "of whoever waits for it", goTo: null, expected: field },
  { what: "of nobody who has gone elsewhere meanwhile", goTo: elsewhere, expected: elsewhere },
])("puts the focus into a view whose code comes late, $what", async ({ goTo, expected }) => {
  const code = Promise.withResolvers<void>();
  const done = vi.fn<() => void>();
  focusView("search", code.promise, done);
  drawFrames(1_000);
  expect(page.activeElement, "keys go nowhere").toBe(view);
  if (goTo) page.activeElement = goTo;
  code.resolve();
  await code.promise;
  drawFrames(3);
  drawn = true;
  drawFrames(3);
  expect(page.activeElement).toBe(expected);
  expect(done).toHaveBeenCalledTimes(goTo ? 0 : 1);
});

it("calls nobody back who goes elsewhere while a view whose code came late is not drawn yet", async () => {
  const code = Promise.withResolvers<void>();
  focusView("search", code.promise, () => undefined);
  drawFrames(1_000);
  code.resolve();
  await code.promise;
  drawFrames(3);
  page.activeElement = elsewhere;
  drawFrames(3);
  drawn = true;
  drawFrames(1_000);
  expect(page.activeElement).toBe(elsewhere);
});

it.each([
  { what: "of whoever does nothing else", typed: false, expected: field },
  { what: "of nobody who goes on typing where they were", typed: true, expected: elsewhere },
])("puts the focus into a view of which nothing is there before its code, $what", async ({ typed, expected }) => {
  const code = Promise.withResolvers<void>();
  there = false;
  focusView("chat", code.promise, () => undefined);
  page.dispatchEvent(new Event("beforeinput"));
  drawFrames(1_000);
  if (typed) page.dispatchEvent(new Event("beforeinput"));
  code.resolve();
  await code.promise;
  there = true;
  drawn = true;
  drawFrames(3);
  expect(page.activeElement).toBe(expected);
});

it("leaves the focus where it is once it was given up", async () => {
  const code = Promise.withResolvers<void>();
  const giveUp = focusView("search", code.promise, () => undefined);
  drawFrames(1_000);
  giveUp();
  drawn = true;
  code.resolve();
  await code.promise;
  drawFrames(3);
  expect(page.activeElement).toBe(view);
});

it("calls nobody back who presses elsewhere before the frames are over", async () => {
  focusView("search", Promise.resolve(), () => undefined);
  drawFrames(3);
  page.activeElement = elsewhere;
  page.dispatchEvent(new Event("pointerdown"));
  drawn = true;
  drawFrames(1_000);
  expect(page.activeElement).toBe(elsewhere);
});

it("calls nobody back who has opened a dialog before the frames are over", () => {
  focusView("search", Promise.resolve(), () => undefined);
  const inDialog = { closest: () => page };
  page.activeElement = inDialog;
  drawn = true;
  drawFrames(1_000);
  expect(page.activeElement).toBe(inDialog);
});
