import type { Page } from "@playwright/test";
import { importArchive, makeArchive, type Tree } from "./projects.ts";

export const ALPHA = "export const alpha = 1;\n";
export const LATIN1 = Buffer.from("Gr\u00fc\u00dfe\nZweite Zeile\n", "latin1");
const UTF16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("first\r\nsecond\r\n", "utf16le")]);
export const FILES = {
  "src/alpha.ts": ALPHA,
  "src/beta.ts": "export const beta = 2;\n",
  "src/deep/nested/gamma.ts": "export const gamma = 3;\n",
  "src/deep/nested/delta.ts": "export const delta = 4;\n",
  "docs/notes.md": "# Notes\n",
  "latin1.txt": LATIN1,
  "utf16.txt": UTF16,
  "crlf.txt": "one\r\ntwo\r\n",
  "binary.bin": Buffer.from([0, 1, 2, 3, 0, 255, 254]),
  "many/0.txt": "",
} as const;
const MANY_FILES: Tree = { ...FILES, ...Object.fromEntries(Array.from({ length: 1_500 }, (_, index) => [`many/${index}.txt`, ""])) };

/** A project of its own for each test: none sees what another left. */
export async function newProject(page: Page, name: string, files: Tree = MANY_FILES): Promise<string> {
  const archive = makeArchive({ name, files });
  try {
    return await importArchive(page, archive.path);
  } finally {
    archive.dispose();
  }
}

export async function editAtTop(page: Page, text: string): Promise<void> {
  await page.locator(".monaco-editor .view-lines").first().click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type(text);
}
