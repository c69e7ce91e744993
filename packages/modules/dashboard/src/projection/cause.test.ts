import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { causeOf } from "./cause.ts";

const STACK = "Error: x\n    at node:internal/process/task_queues:103:5\n    at async ImportRunner.run (file:///srv/app/packages/modules/workspace/src/ImportRunner.ts:41:9)\n    at next (/srv/app/other.ts:1:1)";

describe("the cause of a failure", () => {
  it.each([
    ["There is no project 0197f0a1-0000-7000-8000-000000000000 in 3 places.", "There is no project <id> in <n> places."],
    ["ENOENT: no such file or directory, open '/srv/data/workspaces/a b/tree/x.ts'", "ENOENT: no such file or directory, open <text>"],
    ["Cannot read /var/lib/coder/tree/src/index.ts: denied", "Cannot read <path>: denied"],
    ["Cannot read src/ui/button.tsx at 12:7", "Cannot read <path> at <n>:<n>"],
    ["https://git.example.org:8443/team/app.git answered 502", "<url> answered <n>"],
    ["ada@example.org is no member", "<address> is no member"],
    ["commit 9fceb02d0ae598e95dc970b74767f19372d61af8 is missing since 2026-03-01T12:00:00.000Z", "commit <id> is missing since <time>"],
    ["Took 1,024.5 ms,\n   limit 500ms", "Took <n> ms, limit <n>ms"],
    ["Out of memory", "Out of memory"],
    ["HTTP2 stream and utf8 text", "HTTP2 stream and utf8 text"],
  ])("of %j is %j", (message, cause) => {
    expect(causeOf(message, undefined)).toMatchObject({ cause, frame: null });
  });

  it("names the first place in the code, without line, column and where it is installed", () => {
    expect(causeOf("x", STACK).frame).toBe("ImportRunner.run (src/ImportRunner.ts)");
    expect(causeOf("x", "Error: x\n    at file:///srv/a/b/c.ts:1:2").frame).toBe("b/c.ts");
    expect(causeOf("x", "x")).toMatchObject({ frame: null });
    expect(causeOf("x", STACK.replace(":41:9", ":42:1")).fingerprint).toBe(causeOf("x", STACK).fingerprint);
  });

  it("is the same whichever job it met, and another for other words or another place", () => {
    const id = fc.uuid();
    const path = fc.array(fc.stringMatching(/^[a-z][a-z0-9._-]{0,8}$/), { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join("/")}`);
    const message = (values: [string, string, number]) => `Project ${values[0]}: could not read ${values[1]} (attempt ${values[2]})`;
    fc.assert(
      fc.property(fc.tuple(id, path, fc.nat()), fc.tuple(id, path, fc.nat()), (one, other) => {
        expect(causeOf(message(one), STACK)).toEqual(causeOf(message(other), STACK));
        expect(causeOf(message(one), STACK).fingerprint).not.toBe(causeOf(`${message(one)} twice`, STACK).fingerprint);
        expect(causeOf(message(one), STACK).fingerprint).not.toBe(causeOf(message(one), undefined).fingerprint);
      }),
    );
  });

  it("is found in any text, and in little time", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.string({ maxLength: 300 }), (message, stack) => {
      expect(causeOf(message, stack).cause.length).toBeLessThanOrEqual(300);
    }));
    const began = performance.now();
    for (const part of ["a/", "1.", "\"", "a@", "http://", "/a", "'`", "0f"]) causeOf(part.repeat(200_000), `${part} at `.repeat(10_000));
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});
