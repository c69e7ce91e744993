import { hash } from "node:crypto";
import { findSecrets, isEnvironmentFile } from "@coder/shared";
import type { Chunk } from "../chunking/chunk.ts";
import { withoutSecrets } from "../endpoint/without-secrets.ts";
import { CHUNK_HASH_BYTES, type SegmentBuilder } from "./SegmentBuilder.ts";

const MAX_PREVIEW = 320;
const MAX_PREVIEW_LINES = 8;
/** The file's name and the folder it lies in: what a module is often called by. */
const PATH_PARTS = 2;

/** A chunk for an embeddings endpoint, without the secrets that stand in it. */
export interface ChunkText {
  readonly hash: string;
  readonly text: string;
  readonly secrets: number;
}

/** Adds a file's chunks to a segment. Calls back with each chunk's text where somebody wants it. */
export function addChunks(builder: SegmentBuilder, file: { path: string; language: string; text: string }, chunks: readonly Chunk[], want?: (chunk: ChunkText) => void): void {
  const { path, text } = file;
  const inPath = path.replace(/\.[^./]*$/, "").split("/").slice(-PATH_PARTS).join(" ");
  const secrets = want ? findSecrets(text, { environmentFile: isEnvironmentFile(path) }) : [];
  builder.addFile(path, file.language, chunks.length);
  let line = 1;
  let at = 0;
  const lineOf = (offset: number): number => {
    for (let next = text.indexOf("\n", at); next >= 0 && next < offset; next = text.indexOf("\n", at)) {
      line++;
      at = next + 1;
    }
    return line;
  };
  for (const { symbol, names, kind, start, end, docs } of chunks) {
    builder.count("symbol", namesIn(symbol, names));
    builder.count("path", inPath);
    let from = start;
    for (let index = 0; index < docs.length; index += 2) {
      const [docStart = end, docEnd = end] = docs.slice(index, index + 2);
      builder.count("body", text, from, docStart);
      builder.count("doc", text, docStart, docEnd);
      from = docEnd;
    }
    builder.count("body", text, from, end);
    const content = text.slice(start, end);
    const digest = hash("sha256", `${symbol ?? ""}\0${content}`, "buffer").subarray(0, CHUNK_HASH_BYTES);
    const startLine = lineOf(start);
    builder.closeChunk({ kind, symbol, startLine, endLine: lineOf(lastWord(text, start, end)), preview: previewOf(text, start, end, docs), hash: digest });
    want?.({ hash: digest.toString("hex"), ...withoutSecrets(text, secrets, start, end) });
  }
}

/** The qualified name and what else is declared; where there are only small things, the symbol repeats their names. */
function namesIn(symbol: string | null, names: readonly string[]): string {
  const [own, ...others] = names;
  const qualified = symbol !== null && own !== undefined && (symbol === own || symbol.endsWith(`.${own}`));
  return (qualified ? [symbol, ...others] : names).join(" ");
}

/** Line breaks at the end belong to nobody's line. */
function lastWord(text: string, start: number, end: number): number {
  let last = end;
  while (last > start && text.charCodeAt(last - 1) <= 32) last--;
  return last;
}

/** The first lines of a chunk behind its leading documentation, without what all of them are indented by. */
function previewOf(text: string, start: number, end: number, docs: readonly number[]): string {
  let from = start;
  for (let index = 0; index < docs.length; index += 2) {
    const [docStart = end, docEnd = end] = docs.slice(index, index + 2);
    if (text.slice(from, docStart).trim() !== "") break;
    from = docEnd;
  }
  if (text.slice(from, end).trim() === "") from = start;
  while (from < end && text.charCodeAt(from) <= 32) from++;
  const lineStart = text.lastIndexOf("\n", from - 1) + 1;
  if (text.slice(lineStart, from).trim() === "") from = lineStart;
  const lines = text.slice(from, Math.min(end, from + 2 * MAX_PREVIEW)).split("\n").slice(0, MAX_PREVIEW_LINES);
  const indents = lines.filter((one) => one.trim() !== "").map((one) => one.length - one.trimStart().length);
  const indent = indents.length === 0 ? 0 : Math.min(...indents);
  return lines.map((one) => one.slice(indent).trimEnd()).join("\n").slice(0, MAX_PREVIEW).toWellFormed().trimEnd();
}
