// Writes the style sheet of the themes. `node tooling/generate-themes.ts`
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readThemes, themeCss } from "./theme-css.ts";

const app = join(import.meta.dirname, "..");
writeFileSync(join(app, "src/styles/themes.css"), themeCss(readThemes(join(app, "themes"))));
