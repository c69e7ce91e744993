import type { ChunkKind, Hit, Index, SkipReason } from "@coder/api/embeddings";
import { duration, plural } from "#lib/time.ts";
import type { IconName } from "#ui/icon.tsx";
import { baseName } from "../editors/editor-input.ts";
import type { TreeRow } from "../lists/tree-list.tsx";

export interface HitRow extends TreeRow {
  readonly hit: Hit;
  readonly title: string;
  /** `src/cart.ts:12` */
  readonly place: string;
}

/** Below this a hit is a guess. */
export const GUESS = 0.15;

export function hitRows(hits: readonly Hit[]): readonly HitRow[] {
  return hits.map((hit, index) => {
    const { path, symbol, startLine, endLine, score, reason } = hit;
    const title = symbol ?? baseName(path);
    const place = `${path}:${startLine}`;
    return {
      key: `${path}:${startLine}:${endLine}:${symbol ?? ""}`,
      level: 1,
      hit,
      title,
      place,
      label: `${index + 1}: ${title}, ${place}, ${reason.summary}, ${percentOf(score)}`,
      tooltip: `${place}\n${reason.summary}\n\n${hit.preview.slice(0, 600)}`,
    };
  });
}

/** `87 %`, and `< 1 %` where nearly nothing speaks for it. */
export function percentOf(share: number): string {
  const percent = Math.round(share * 100);
  return percent < 1 ? "< 1 %" : `${percent} %`;
}

export const KIND_ICONS: Readonly<Record<ChunkKind, IconName>> = {
  function: "symbol-method", method: "symbol-method", class: "symbol-class", interface: "symbol-interface", type: "symbol-structure", enum: "symbol-enum", module: "package", variable: "symbol-variable", text: "file",
};

const SKIPPED: Readonly<Record<SkipReason, string>> = {
  binary: "not text", empty: "empty", generated: "made by a program", minified: "minified", too_large: "too large", unreadable: "unreadable",
};

/** `12 not text, 3 too large`: why files are not in the index. */
export function skippedText(skipped: readonly { readonly reason: SkipReason; readonly count: number }[]): string {
  return skipped.filter(({ count }) => count > 0).map(({ reason, count }) => `${count.toLocaleString("en")} ${SKIPPED[reason]}`).join(", ");
}

/** `Last run: 2 files parsed in 340 ms. 1,204 vectors of the model m`: what it took to bring the index up to date, and who takes part in searches. */
export function lastRunText({ parsedFiles, tookMs, endpoint }: Pick<Index, "parsedFiles" | "tookMs" | "endpoint">): string {
  const run = `Last run: ${parsedFiles === 0 ? "nothing to parse" : `${plural(parsedFiles, "file", "files")} parsed`}${tookMs === null ? "" : ` in ${duration(tookMs)}`}`;
  return endpoint === null ? run : `${run}. ${endpoint.chunks.toLocaleString("en")} vectors of ${endpoint.model}`;
}
