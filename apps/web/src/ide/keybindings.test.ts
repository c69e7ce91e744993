import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Binding {
  readonly id: string;
  readonly keys: readonly string[];
}

/** Of commands that are offered wherever the focus is in a project. Those of a place that has the focus may take others' keys there. */
function bindings(): readonly Binding[] {
  return globSync("**/*.{ts,tsx}", { cwd: import.meta.dirname }).flatMap((file) => {
    const [, ...commands] = readFileSync(`${import.meta.dirname}/${file}`, "utf8").split(/\{\s+id: "/);
    return commands.flatMap((command) => {
      const id = command.slice(0, command.indexOf('"'));
      const declared = [...command.matchAll(/\b(?:keys: "([^"]+)"|otherKeys: \[([^\]]*)\])/g)];
      const keys = declared.flatMap(([, one, more]) => (one === undefined ? (more ?? "").match(/[^", ]+/g) ?? [] : [one]));
      return keys.length === 0 || /\bscope\b/.test(command) ? [] : [{ id, keys }];
    });
  });
}

test("no two commands that are offered at the same time have the same keys", () => {
  const found = bindings();
  expect(found.length).toBeGreaterThan(30);
  const byKeys = Map.groupBy(found.flatMap(({ id, keys }) => keys.map((each) => ({ id, each }))), ({ each }) => each);
  expect([...byKeys].filter(([, ids]) => ids.length > 1).map(([keys, ids]) => `${keys}: ${ids.map(({ id }) => id).join(", ")}`)).toEqual([]);
});
