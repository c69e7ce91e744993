import fc from "fast-check";
import { expect, it } from "vitest";
import { SecretFirewall } from "../secrets/SecretFirewall.ts";
import { applyEdits } from "./edits.ts";
import { hashOf } from "./ProjectFiles.ts";

const file = (text: string) => ({ path: "a.txt", text, hash: hashOf(text) });
const context = (text: string | null, shownHash?: string) => ({ current: text === null ? null : file(text), shownHash, firewall: new SecretFirewall("s") });

it("replaces what stands once, and refuses whatever else, in any text", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("ab", "ba", "c\n", "\n"), { maxLength: 12 }).map((parts) => parts.join("")), fc.constantFrom("ab", "c", "bb", "ba"), (text, search) => {
      const result = applyEdits("a.txt", [{ path: "a.txt", search, replace: "$& new $1", reason: "" }], context(text));
      const places = [...Array(text.length).keys()].filter((at) => text.startsWith(search, at));
      if (places.length === 1) expect(result).toMatchObject({ kind: "modify", baseHash: hashOf(text), content: text.slice(0, places[0]) + "$& new $1" + text.slice((places[0] ?? 0) + search.length) });
      else expect(result).toHaveProperty("reason", expect.stringContaining(places.length === 0 ? "is not in the file" : "more than once"));
    }),
  );
});

it("quotes what the model wrote when it refuses, and no secret that was put back", () => {
  const secret = `${"ghp"}_${"a1B2c3D4".repeat(5)}`;
  const text = `const a = "${secret}";\nconst b = "${secret}";\n`;
  const given = context(text);
  const placeholder = given.firewall.hide(secret);
  for (const search of [`"${placeholder}"`, `const c = "${placeholder}";`]) {
    const { reason } = applyEdits("a.txt", [{ path: "a.txt", search, replace: "", reason: "" }], given);
    expect(reason).toContain(JSON.stringify(search));
    expect(reason).not.toContain(secret);
  }
  expect(applyEdits("a.txt", [{ path: "a.txt", search: `b = "${placeholder}"`, replace: "b = 1", reason: "" }], given)).toMatchObject({ content: `const a = "${secret}";\nconst b = 1;\n` });
});

it("keeps the line ends of the file", () => {
  expect(applyEdits("a.txt", [{ path: "a.txt", search: "one\ntwo", replace: "1\n2", reason: "" }], context("one\r\ntwo\r\n"))).toMatchObject({ content: "1\r\n2\r\n" });
});

it("makes, deletes, and does several things in turn", () => {
  expect(applyEdits("a.txt", [{ path: "a.txt", content: "new", reason: "r" }], context(null))).toEqual({ path: "a.txt", kind: "create", baseHash: null, content: "new", reason: "r" });
  expect(applyEdits("a.txt", [{ path: "a.txt", delete: true, reason: "" }], context("x"))).toMatchObject({ kind: "delete", baseHash: hashOf("x"), content: null });
  expect(applyEdits("a.txt", [{ path: "a.txt", search: "a", replace: "b", reason: "" }, { path: "a.txt", search: "b", replace: "c", reason: "" }], context("a"))).toMatchObject({ content: "c" });
  for (const edits of [[{ path: "a.txt", delete: true as const, reason: "" }], [{ path: "a.txt", search: "a", replace: "b", reason: "" }]]) expect(applyEdits("a.txt", edits, context(null))).not.toHaveProperty("kind");
  expect(applyEdits("a.txt", [{ path: "a.txt", content: "x", reason: "" }], context("x"))).toMatchObject({ reason: "nothing would change" });
});

it("refuses a file that is another than the model was shown, and a placeholder that nobody knows", () => {
  expect(applyEdits("a.txt", [{ path: "a.txt", content: "y", reason: "" }], context("x", hashOf("older")))).toMatchObject({ reason: expect.stringContaining("has changed") });
  expect(applyEdits("a.txt", [{ path: "a.txt", content: "__SECRET_0123456789ab__", reason: "" }], context("x"))).toMatchObject({ reason: expect.stringContaining("nobody knows") });
});
