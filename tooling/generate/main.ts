import path from "node:path";
import { generatedFiles } from "./all.ts";
import { writeOutdated } from "./generated-file.ts";

const root = path.resolve(import.meta.dirname, "../..");
const written = writeOutdated(root, generatedFiles(root));
console.log(written.length === 0 ? "Everything generated is up to date." : written.map((file) => `Wrote ${file}`).join("\n"));
