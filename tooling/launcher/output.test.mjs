import { expect, test } from "vitest";
import { byLines, readable } from "./output.mjs";

test("lines are whole, however a pipe cuts them, in the middle of a letter too", () => {
  /** @type {string[]} */
  const lines = [];
  const write = byLines((name, line) => lines.push(`${name}: ${line}`));
  const bytes = Buffer.from("grüß\nzwei\nrest");
  for (const byte of bytes) write("web", Buffer.from([byte]));
  write("worker", Buffer.from("other\n"));
  expect(lines).toEqual(["web: grüß", "web: zwei", "worker: other"]);
});

test("an entry of the log is told in words, with its stack", () => {
  const time = "2030-01-01T10:11:12.000Z";
  const clock = new Date(time).toTimeString().slice(0, 8);
  expect(readable(JSON.stringify({ level: "info", time, pid: 1, hostname: "vm", name: "http", path: "auth.currentSession", count: 2, msg: "Procedure refused" }))).toEqual({
    text: `${clock} http: Procedure refused path=auth.currentSession count=2`,
    matters: false,
  });
  expect(readable(JSON.stringify({ level: "error", time, name: "jobs", msg: "Job failed", err: { type: "Error", message: "no", stack: "Error: no\n    at x" } }))).toEqual({
    text: `${clock} ERROR jobs: Job failed\nError: no\n    at x`,
    matters: true,
  });
});

test("everything else stays as it is, without what moves a cursor", () => {
  expect(readable("\u001b[?25h")).toEqual({ text: "", matters: true });
  expect(readable("SyntaxError: no")).toEqual({ text: "SyntaxError: no", matters: true });
  expect(readable('{"a":1}')).toEqual({ text: '{"a":1}', matters: true });
  expect(readable("{ not json")).toEqual({ text: "{ not json", matters: true });
});
