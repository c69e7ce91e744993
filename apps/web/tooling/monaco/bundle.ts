import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { OutputAsset, OutputChunk, Plugin } from "rolldown";
import { z } from "zod";

const HERE = import.meta.dirname;
const SERVED = join(HERE, "../../public");
const BUNDLES = "generated/monaco";
const SCRIPT = "monaco.js";
const STYLES = "monaco.css";
const LIST = "list.json";
const DRAFT = ".draft-";
/** By then whoever wrote it was killed. */
const DRAFT_MS = 3_600_000;
const HASH_LENGTH = 16;
const FONT_FILE = "codicon.ttf";
const FONT_SOURCE = `src: url(./${FONT_FILE}) format("truetype");`;
/** Of its icons those that the font of the product, which is the same one but older, does not have: it is fetched when one of them is drawn. */
export const NEWER_ICONS = { from: 0xec85, to: 0xf8ff };

const ListSchema = z.object({ inputs: z.string(), imports: z.array(z.string()) });

export interface MonacoBundle {
  /** Addresses in the site: what the pages import, and what that imports before it can run. */
  readonly script: string;
  readonly imports: readonly string[];
  readonly styles: string;
}

/**
 * Monaco as modules of its own, in a folder that is named after their content; made where it is missing or old. A browser compiles a module while it
 * comes. What Turbopack makes are functions in a list, which are compiled a second time, on the main thread, when they run: a third of what opening a
 * file took. Several builds may do so at once.
 *
 * @param served What the site serves as files.
 */
export async function monacoBundle(served = SERVED): Promise<MonacoBundle> {
  const inputs = inputsPrint();
  const bundles = join(served, BUNDLES);
  const there = present(bundles, inputs);
  if (there) return there;
  await make(bundles, inputs);
  const made = present(bundles, inputs);
  if (!made) throw new Error(`Monaco was bundled, but ${bundles} does not hold it: remove that folder and build again`);
  return made;
}

function present(bundles: string, inputs: string): MonacoBundle | null {
  for (const folder of existsSync(bundles) ? readdirSync(bundles) : []) {
    if (folder.startsWith(DRAFT)) continue;
    const file = join(bundles, folder, LIST);
    if (!existsSync(file)) continue;
    const list = ListSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    const address = (name: string): string => `/${BUNDLES}/${folder}/${name}`;
    if (list.inputs === inputs) return { script: address(SCRIPT), imports: list.imports.map(address), styles: address(STYLES) };
  }
  return null;
}

/** Of all that the bundle is made from: package.json names exact versions. */
function inputsPrint(): string {
  return hashOf(["bundle.ts", "entry.ts", "../../package.json"].map((name) => readFileSync(join(HERE, name))));
}

async function make(bundles: string, inputs: string): Promise<void> {
  // Only to build: whoever serves the pages does not load it.
  const { rolldown } = await import("rolldown");
  const bundle = await rolldown({ input: join(HERE, "entry.ts"), plugins: [stylesInOneFile()] });
  const { output } = await bundle.generate({ format: "esm", minify: true, entryFileNames: SCRIPT, chunkFileNames: "[name]-[hash].js" });
  await bundle.close();
  const files = output.map((file): readonly [string, string | Uint8Array] => (file.type === "chunk" ? [file.fileName, file.code] : [file.fileName, file.source]));
  mkdirSync(bundles, { recursive: true });
  const draft = mkdtempSync(join(bundles, DRAFT));
  try {
    for (const [name, content] of files) writeFileSync(join(draft, name), content);
    writeFileSync(join(draft, LIST), JSON.stringify({ inputs, imports: neededBy(SCRIPT, output) } satisfies z.input<typeof ListSchema>));
    const folder = hashOf([inputs, ...files.flat()]);
    for (const other of readdirSync(bundles)) if (other !== folder && !isDraftAtWork(join(bundles, other))) rmSync(join(bundles, other), { recursive: true, force: true });
    // Another build may have made the same meanwhile.
    if (!existsSync(join(bundles, folder))) renameSync(draft, join(bundles, folder));
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function isDraftAtWork(folder: string): boolean {
  const found = statSync(folder, { throwIfNoEntry: false });
  return basename(folder).startsWith(DRAFT) && found !== undefined && Date.now() - found.mtimeMs < DRAFT_MS;
}

/** All that a chunk imports before it runs, and what that imports. */
function neededBy(script: string, output: readonly (OutputChunk | OutputAsset)[]): string[] {
  const imports = new Map(output.flatMap((file) => (file.type === "chunk" ? [[file.fileName, file.imports] as const] : [])));
  const needed = new Set([script]);
  for (const name of needed) for (const each of imports.get(name) ?? []) needed.add(each);
  needed.delete(script);
  return [...needed];
}

/** The style sheets of all modules in the order in which they are imported, as one beside them. */
function stylesInOneFile(): Plugin {
  const sheets = new Map<string, string>();
  return {
    name: "styles-in-one-file",
    load(id) {
      if (!id.endsWith(".css")) return null;
      sheets.set(id, readFileSync(id, "utf8"));
      return { code: "", moduleType: "js", moduleSideEffects: "no-treeshake" };
    },
    generateBundle(_options, output) {
      const ordered = Object.values(output).flatMap((file) => (file.type === "chunk" ? file.moduleIds : [])).filter((id) => sheets.has(id));
      const range = `unicode-range: U+${NEWER_ICONS.from.toString(16)}-${NEWER_ICONS.to.toString(16)};`;
      this.emitFile({ type: "asset", fileName: STYLES, source: ordered.map((id) => sheets.get(id)?.replace(FONT_SOURCE, `${FONT_SOURCE} ${range}`)).join("\n") });
      const withFont = ordered.find((id) => sheets.get(id)?.includes(FONT_SOURCE));
      if (withFont === undefined) throw new Error(`No style sheet of Monaco has the font ${FONT_FILE} any more`);
      this.emitFile({ type: "asset", fileName: FONT_FILE, source: readFileSync(join(dirname(withFont), FONT_FILE)) });
    },
  };
}

function hashOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, HASH_LENGTH);
}
