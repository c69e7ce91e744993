import { isParsed } from "../languages/detect-language.ts";
import { TextMeasure, type Chunk } from "./chunk.ts";
import { chunkByLines } from "./line-chunks.ts";
import type { Parsers } from "./Parsers.ts";
import { SyntaxChunker } from "./SyntaxChunker.ts";

/** Cuts a file along its syntax, or by lines where it has none that can be read. Never fails for what is in the file. */
export async function chunkFile(parsers: Parsers, language: string, text: string): Promise<Chunk[]> {
  const measure = new TextMeasure(text);
  const chunks = isParsed(language) ? await parsers.parse(language, text, (cursor, grammar) => new SyntaxChunker({ measure, cursor, grammar }).chunks()) : null;
  return chunks ?? chunkByLines(measure);
}
