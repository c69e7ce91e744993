// Makes the pictures of the README, from the journey of one person through the product: `node e2e/images.ts`
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { PICTURES } from "./pictures.ts";

const ROOT = resolve(import.meta.dirname, "..");
const CLI = join(ROOT, "node_modules/@playwright/test/cli.js");

/** What the pages are built with brings it. */
interface Sharp {
  (picture: Buffer): { png(options: { readonly palette: boolean; readonly colours: number; readonly effort: number; readonly dither: number }): { toBuffer(): Promise<Buffer> } };
}
const require = createRequire(join(ROOT, "apps/web/package.json"));
const sharp: Sharp = createRequire(require.resolve("next/package.json"))("sharp");

const { status } = spawnSync(process.execPath, [CLI, "test", "--config", "e2e/playwright.config.ts", "e2e/journey.spec.ts"], { cwd: ROOT, env: { ...process.env, E2E_PICTURES: "1" }, stdio: "inherit" });
if (status !== 0) process.exit(1);

for (const name of readdirSync(PICTURES).filter((each) => each.endsWith(".png"))) {
  const path = join(PICTURES, name);
  const before = statSync(path).size;
  writeFileSync(path, await sharp(readFileSync(path)).png({ palette: true, colours: 256, effort: 10, dither: 0 }).toBuffer());
  process.stdout.write(`${name}: ${Math.round(before / 1000)} kB, now ${Math.round(statSync(path).size / 1000)} kB\n`);
}
