import { globSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "./source.ts";

const documents = globSync(["*.md", "docs/**/*.md", "packages/*/README.md", "packages/modules/*/README.md", "packages/modules/*/data/README.md"], { cwd: ROOT }).sort();

it("documents link to what is there", () => {
  const links = documents.flatMap((document) =>
    [...readFileSync(path.join(ROOT, document), "utf8").matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map(([, target = ""]) => ({ document, target })),
  );
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter(({ document, target }) => !existsSync(path.join(ROOT, path.dirname(document), target)))).toEqual([]);
});
