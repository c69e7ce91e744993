import { describe, expect, it } from "vitest";
import type { EditorInput } from "./editors/editor-input.ts";
import { activeTab, openTab, splitGroup, NO_EDITORS } from "./editors/editor-state.ts";
import { INITIAL_FRAME } from "./frame/frame-store.ts";
import { LayoutSchema, readLayout, writeLayout } from "./layout.ts";

const file = (path: string): EditorInput => ({ kind: "file", path });
const PARTS = { frame: INITIAL_FRAME, editors: NO_EDITORS, viewStates: new Map<string, unknown>(), expanded: new Set<string>(), views: {} };

describe("the layout of a project", () => {
  it("comes back as it was left", () => {
    const opened = openTab(openTab(NO_EDITORS, file("a")), file("b"), { preview: true });
    const editors = splitGroup(opened, 1, "right", activeTab(opened));
    const parts = { ...PARTS, editors, viewStates: new Map([["1 file:a", { cursorState: [] }]]), expanded: new Set(["src"]), views: { search: { query: "x" } } };
    const back = readLayout(JSON.parse(JSON.stringify(writeLayout(parts))));
    expect(back).toEqual(parts);
  });

  it("leaves out where one was in what is closed", () => {
    const layout = writeLayout({ ...PARTS, editors: openTab(NO_EDITORS, file("a")), viewStates: new Map([["1 file:gone", {}], ["1 file:a", {}]]) });
    expect(Object.keys(layout.viewStates)).toEqual(["1 file:a"]);
  });

  it("stays small", () => {
    const long = "x".repeat(4_000);
    const editors = Array.from({ length: 10 }, (_, index) => file(`${index}`)).reduce((state, input) => openTab(state, input), NO_EDITORS);
    const viewStates = new Map(editors.groups[1]?.tabs.map(({ id }) => [`1 ${id}`, { cursorState: [], contributionsState: { long } }]));
    const layout = writeLayout({ ...PARTS, editors, viewStates, expanded: new Set(Array.from({ length: 900 }, (_, index) => `${index}/${"y".repeat(200)}`)), views: { search: long } });
    expect(JSON.stringify(layout).length).toBeLessThan(65_536);
    expect(LayoutSchema.safeParse(layout).success).toBe(true);
    expect(layout.columns[0]?.[0]?.tabs).toHaveLength(10);
  });

  it.each([null, {}, { version: 2 }, { version: 1, columns: [] }, "text"])("opens all the same where nothing of it can be read: %j", (kept) => {
    expect(readLayout(kept)).toEqual(PARTS);
  });

  it("does not trust what was kept: a group stands in the grid once", () => {
    const layout = writeLayout({ ...PARTS, editors: openTab(NO_EDITORS, file("a")) });
    const [rows] = layout.columns;
    expect(readLayout({ ...layout, columns: [rows, rows] }).editors).toEqual(NO_EDITORS);
  });
});
