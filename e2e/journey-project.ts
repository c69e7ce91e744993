import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Knowledge } from "./model.ts";
import type { startRegistry } from "./registry.ts";
import { ThirdParty } from "./third-party.ts";

const ROOT = resolve(import.meta.dirname, "..");
const ROUTER = "find-my-way";

/** What the router and the service beside it need, tests included. */
export const NEEDS = ["fastify", "fast-deep-equal", "fast-querystring", "safe-regex2", "rfdc"] as const;

/** Which tests run here: one needs a package that is not here, and another changes every array of the process. */
const TESTS = 'node --test --test-isolation=none "test/!(issue-330|for-in-loop).test.js"';

/** Fastify's router as it was published, with its tests, and beside it the service that Fastify's own examples show. */
export function makeProject({ dependencies, locked }: Pick<Awaited<ReturnType<typeof startRegistry>>, "dependencies" | "locked">): Promise<ThirdParty> {
  const { name, version, description, main, license } = JSON.parse(readFileSync(join(ROOT, "node_modules", ROUTER, "package.json"), "utf8")) as Readonly<Record<string, string>>;
  return ThirdParty.make(
    { "": ROUTER, "examples/plugin.js": "fastify/examples/plugin.js", "examples/use-plugin.js": "fastify/examples/use-plugin.js" },
    {
      "package.json": `${JSON.stringify({ name, version, description, main, license, type: "commonjs", scripts: { start: "node examples/use-plugin.js", test: TESTS }, dependencies }, null, 2)}\n`,
      "package-lock.json": `${JSON.stringify({ name, version, lockfileVersion: 3, requires: true, packages: { "": { name, version, dependencies }, ...locked } }, null, 2)}\n`,
      // What the examples load: in Fastify's repository it is Fastify itself.
      "fastify.js": "'use strict'\n\nmodule.exports = require('fastify')\n",
      ".gitignore": "node_modules/\n",
    },
  );
}

/** A question in words of the one who asks, and what answers it. */
export const QUESTION = "decode the percent signs of a URL but not of reserved characters";
export const ANSWER = "safeDecodeURI";
/** What the model is asked for, in `index.js`, line 848. */
export const CITED = "removeDuplicateSlashes";

const PLUGIN = "examples/plugin.js";
const NOT_FOUND = "{ error: 'User not found' }";
export const NOT_FOUND_SAYS_WHO = "{ error: 'User not found', id }";

/** What a model says of it. */
export const KNOWLEDGE: Knowledge = {
  where: {
    query: `function ${CITED}`,
    read: { path: "index.js", startLine: 844, endLine: 870 },
    answer: [
      "Paths are cleaned before they are matched, when the router was made with `ignoreDuplicateSlashes`:\n",
      "- `removeDuplicateSlashes` in `index.js:848` leaves one of several slashes in a row.",
      "- `trimLastSlash` in `index.js:852` does the same for the one at the end, with `ignoreTrailingSlash`.\n",
      "```js\nfunction removeDuplicateSlashes (path) {\n  return path.indexOf('//') !== -1 ? path.replace(REMOVE_DUPLICATE_SLASHES_REGEXP, '/') : path\n}\n```\n",
      "Both are called by `find`, so that routes and requests are treated alike.",
    ].join("\n"),
  },
  change: {
    words: /missing/i,
    title: "Say which user is missing",
    edits: [{ path: PLUGIN, search: NOT_FOUND, replace: NOT_FOUND_SAYS_WHO, reason: "Whoever asked sees the id that was looked for" }],
    answer: "I propose to answer with the id as well, in `examples/plugin.js:19`. The test of the endpoint looks at the status alone, so it goes on to pass.",
  },
};
