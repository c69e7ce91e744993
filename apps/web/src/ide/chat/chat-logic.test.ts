import type { ConversationDetails } from "@coder/api/ai-service";
import { describe, expect, it } from "vitest";
import { applyEvent } from "./apply-event.ts";
import { citationOf } from "./citations.ts";
import { commandsLike, namesLike, unfinishedOf } from "./commands.ts";
import { costText } from "./words.ts";

const MESSAGE = { id: "m", state: "running", parts: [{ kind: "text", text: "Hello" }] };
const details = { messages: [MESSAGE] } as unknown as ConversationDetails;
const text = (offset: number, added: string, messageId = "m", part = 0) => applyEvent(details, { kind: "text", messageId, part, offset, text: added } as Parameters<typeof applyEvent>[1]);

describe("an event of a conversation", () => {
  it("adds text where it belongs, once", () => {
    expect(text(5, " there")?.messages[0]?.parts).toEqual([{ kind: "text", text: "Hello there" }]);
    expect(text(0, "Hello")).toBe(details);
    expect(text(3, "lo you")?.messages[0]?.parts).toEqual([{ kind: "text", text: "Hello you" }]);
  });

  it("asks for the whole where something was missed", () => {
    expect([text(9, "x"), text(0, "x", "other"), text(0, "x", "m", 4), applyEvent(details, { kind: "conversation" })]).toEqual([null, null, null, null]);
  });
});

describe("a citation", () => {
  it.each([
    ["src/a.ts:12", { path: "src/a.ts", line: 12, endLine: null }], ["a.ts:1-9", { path: "a.ts", line: 1, endLine: 9 }], ["src/app/[id]/page.tsx", { path: "src/app/[id]/page.tsx", line: null, endLine: null }],
    ["docs/über uns/Lies mich.md:4", { path: "docs/über uns/Lies mich.md", line: 4, endLine: null }], ["app/routes/$id.tsx:2–5", { path: "app/routes/$id.tsx", line: 2, endLine: 5 }], ["pages/[...slug].tsx:1", { path: "pages/[...slug].tsx", line: 1, endLine: null }],
    ["bin/start", { path: "bin/start", line: null, endLine: null }],
  ])("is %s", (code, expected) => expect(citationOf(code)).toEqual(expected));

  it.each(["a.b", "const x = 1", "../etc/passwd:1", "array.map", "1.2.3", "https://host/a.ts", "foo()", "", "see src/a.ts", "f(a, b).c", "a ? b : 12", "../my file.ts:1", "const x = y.z: 3"])("is not %s", (code) => expect(citationOf(code)).toBeNull());
});

it("tells costs so that small ones are no zero", () => {
  expect([0, 12, 12_345, 1_500_000].map(costText)).toEqual(["free", "$0.000012", "$0.0123", "$1.50"]);
});

describe("a command that is being written", () => {
  it.each([
    ["/", "command", "/"], ["/ex", "command", "/ex"], ["/run ", "script", ""], ["/run te", "script", "te"], ["/explain pa", "symbol", "pa"], ["/find src/a", "file", "src/a"],
  ])("%s can be completed", (draft, kind, typed) => expect(unfinishedOf(draft)).toEqual({ kind, typed }));

  it.each(["", "where is it", "/explain ", "/explain p", "/run test --watch", "a /run", "/search text", "/ex\n"])("%j cannot", (draft) => expect(unfinishedOf(draft)).toBeNull());

  it("goes on with what begins so, and not with what is there already", () => {
    expect(commandsLike("/e").map(({ text }) => text)).toEqual(["/explain "]);
    expect(commandsLike("/help")).toEqual([]);
    const names = [{ name: "lint:test", help: "" }, { name: "test", help: "a" }, { name: "test", help: "b" }, { name: "build", help: "" }, { name: "tes", help: "" }];
    expect(namesLike("/run ", "tes", names, 5).map(({ text }) => text)).toEqual(["/run test", "/run lint:test"]);
    expect(namesLike("/run ", "", names, 2)).toHaveLength(2);
  });
});
