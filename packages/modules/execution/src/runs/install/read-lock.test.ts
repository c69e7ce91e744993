import { describe, expect, it } from "vitest";
import { readLock } from "./read-lock.ts";

const refused: readonly (readonly [string, Readonly<Record<string, object>>, string])[] = [
  ["a repository", { "node_modules/tiny": { version: "1.0.0", resolved: "git+ssh://git@example.com/tiny.git#0123456" } }, "git+ssh://git@example.com/tiny.git#0123456"],
  ["a repository by its short name", { "node_modules/tiny": { version: "1.0.0", resolved: "github:somebody/tiny" } }, "github:somebody/tiny"],
  ["a file of the server", { "node_modules/tiny": { version: "1.0.0", resolved: "file:../../../../etc/passwd" } }, "file:../../../../etc/passwd"],
  ["a link out of the project", { "node_modules/tiny": { resolved: "../../outside", link: true } }, "../../outside"],
  ["an absolute link", { "node_modules/tiny": { resolved: "/etc", link: true } }, "/etc"],
  ["something that is no text", { "node_modules/tiny": { version: "1.0.0", resolved: { toString: 1 } } }, "cannot be read"],
  ["a place outside", { "node_modules/../../escaped": { version: "1.0.0", resolved: "https://registry.npmjs.org/tiny/-/tiny-1.0.0.tgz" } }, "node_modules/../../escaped"],
  ["an absolute place", { "/etc/cron.d/tiny": { version: "1.0.0", resolved: "https://registry.npmjs.org/tiny/-/tiny-1.0.0.tgz" } }, "/etc/cron.d/tiny"],
];

const lockOf = (packages: Readonly<Record<string, object>>) => JSON.stringify({ lockfileVersion: 3, packages: { "": { name: "app" }, ...packages } });

describe("a lock file", () => {
  it.each(refused)("is refused by name for %s", (_what, entries, named) => {
    expect(() => readLock(lockOf(entries), "")).toThrowError(expect.objectContaining({ code: "lock_file_refused", message: expect.stringContaining(named) }));
  });

  it.each([["no JSON", "packages: {}"], ["of npm 6", JSON.stringify({ lockfileVersion: 1, dependencies: {} })], ["a list", "[]"], ["null", "null"]])("is none when it is %s", (_what, text) => {
    expect(() => readLock(text, "")).toThrowError(expect.objectContaining({ code: "lock_file_missing" }));
  });

  it("names packages and the folders of the project that they are linked to", () => {
    const registry = { version: "1.0.0", resolved: "https://registry.npmjs.org/x/-/x-1.0.0.tgz" };
    const packages = { "packages/a": { name: "a" }, "node_modules/a": { resolved: "packages/a", link: true }, "node_modules/x": registry, "packages/a/node_modules/@s/x": registry, "node_modules/y/node_modules/bundled": { version: "1.0.0", inBundle: true } };
    expect(readLock(`\ufeff${lockOf(packages)}`, "")).toEqual({ packages: 4, folders: ["", "packages/a"] });
  });
});
