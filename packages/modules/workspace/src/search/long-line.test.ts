import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { rgPath } from "@vscode/ripgrep";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { lineOfLongMessage } from "./long-line.ts";
import { lineOfMessage } from "./ripgrep-message.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "coder-long-line-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Each of many matches has a place of its own in what ripgrep says. */
const MOST_BYTES = 64 * 1024 ** 2;

const part = fc.oneof(
  fc.constantFrom("needle", '"', "\\", "\\n", '"},"line_number":', '"lines":{"text":"', "\t", "\u0001", "\u007f", "\u2028", "é", "ﬃ", "🎉", "👩‍👩‍👧", "\r"),
  fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => text.replaceAll(/[\0\r\n]/g, "")),
  fc.tuple(fc.constantFrom("x", "ü", "\\", "日", "🎉"), fc.integer({ min: 1, max: 5_000 })).map(([unit, count]) => unit.repeat(count)),
);
const end = fc.constantFrom("", "\n", "\r\n", "\\n", "\r");

it("reads a message as one that was taken apart as JSON", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.array(part, { maxLength: 12 }), end), { minLength: 1, maxLength: 3 }), async (lines) => {
      await writeFile(path.join(folder, "file"), lines.map(([parts, at]) => `${parts.join("")}${at}`).join(""));
      const { stdout } = spawnSync(rgPath, ["--no-config", "--json", "--crlf", "--text", "--context=1", "--regexp=needle|🎉|ü", "--", "file"], { cwd: folder, encoding: "utf8", maxBuffer: MOST_BYTES });
      for (const message of stdout.split("\n")) expect(await lineOfLongMessage(Buffer.from(message))).toEqual(lineOfMessage(message));
    }),
    { numRuns: 60 },
  );
});
