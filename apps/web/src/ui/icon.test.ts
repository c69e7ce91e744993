import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, it } from "vitest";
import { ICON_NAMES } from "./icon.tsx";

it("names only icons that are in the font", () => {
  const css = readFileSync(createRequire(import.meta.url).resolve("@vscode/codicons/dist/codicon.css"), "utf8");
  expect(ICON_NAMES.filter((name) => !css.includes(`.codicon-${name}:before`))).toEqual([]);
});
