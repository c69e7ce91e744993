import type { Hit } from "@coder/api/embeddings";
import { confidence, scoreOf } from "./confidence.ts";
import { explain } from "./explain.ts";
import type { RankedList } from "./fusion.ts";
import type { ProjectIndex, SearchRequest } from "./ProjectIndex.ts";

/** The best chunks for a query, best first, each with its score and its reason. */
export function search(index: ProjectIndex, request: SearchRequest, likeness = 0): Hit[] {
  const ranking = index.rank(request);
  const [first] = ranking.found;
  if (!first) return [];
  const got = { words: scoreIn(ranking.words, first.chunk) / Math.max(ranking.mostPossible, Number.MIN_VALUE), spelling: scoreIn(ranking.spelling, first.chunk) };
  // What an endpoint finds alike may share no word with the query.
  const best = Math.max(confidence(got.words, got.spelling), ranking.endpoint ? likeness : 0);
  return ranking.found.map((found) => ({
    path: found.file.path,
    symbol: found.record.symbol,
    kind: found.record.kind,
    language: found.file.language,
    startLine: found.record.startLine,
    endLine: found.record.endLine,
    preview: found.living.segment.preview(found.local),
    score: scoreOf(best, found.relative),
    reason: explain(ranking, found),
  }));
}

function scoreIn({ chunks }: RankedList, chunk: number): number {
  return chunks.find((scored) => scored.chunk === chunk)?.score ?? 0;
}
