import { compareText, type ChunkRecord } from "../segments/SegmentBuilder.ts";
import type { Segment, SegmentFile } from "../segments/Segment.ts";
import { addTerm, idfOf, most } from "./bm25f.ts";
import { fuse, type RankedList } from "./fusion.ts";
import { allowedChunks, averagesOf, liveSegments, type Averages, type LiveSegment } from "./LiveChunks.ts";
import { queryTerms, type QueryTerm } from "./query.ts";
import { relatedTerms } from "./related-terms.ts";
import { addSpelling } from "./spelling.ts";
import { topChunks, type Scored } from "./top-chunks.ts";

/** So many of each list take part. */
const CANDIDATES = 200;
const WEIGHTS = { words: 2, spelling: 1, endpoint: 2 } as const;
/** Of a term that stands in for one of the query's. */
const RELATED_WEIGHT = 0.3;

export interface SearchRequest {
  readonly query: string;
  readonly limit: number;
  readonly pathPrefix?: string | undefined;
  readonly languages?: readonly string[] | undefined;
  /** Hashes of the chunks that an endpoint finds alike, best first. */
  readonly alike?: readonly string[] | undefined;
}

/** A term that chunks are scored by, and what one occurrence of it weighs. */
export interface WeighedTerm {
  readonly term: string;
  readonly weight: number;
  /** The query's own, or the one that it stands in for. */
  readonly from: QueryTerm;
}

/** A found chunk. */
export interface Found {
  readonly chunk: number;
  readonly living: LiveSegment;
  /** Number within its segment. */
  readonly local: number;
  readonly file: SegmentFile;
  readonly record: Omit<ChunkRecord, "preview">;
  /** Relative to the best: 1 for it. */
  readonly relative: number;
}

/** What was found, and all that its order rests on. */
export interface Ranking {
  readonly terms: readonly QueryTerm[];
  readonly own: readonly WeighedTerm[];
  readonly related: readonly WeighedTerm[];
  readonly words: RankedList;
  readonly spelling: RankedList;
  readonly endpoint: RankedList | null;
  readonly found: readonly Found[];
  readonly averages: Averages;
  /** What a chunk could get at most for the query's own terms. */
  readonly mostPossible: number;
}

/** All that can be searched of one project, in memory. The same segments and query give the same ranking, whatever the order in which files were indexed. */
export class ProjectIndex {
  readonly #segments: readonly LiveSegment[];
  readonly #averages: Averages;

  /** Oldest segment first. */
  constructor(segments: readonly Segment[]) {
    this.#segments = liveSegments(segments);
    this.#averages = averagesOf(this.#segments);
  }

  get byteSize(): number {
    return this.#segments.reduce((sum, { segment, live }) => sum + segment.byteSize + live.length, 0);
  }

  rank(request: SearchRequest): Ranking {
    const { query, limit, pathPrefix, languages, alike } = request;
    const terms = queryTerms(query);
    const own = terms.map((from) => this.#weighed(from.term, from, 1));
    const related = this.#related(terms);
    const total = this.#segments.reduce((sum, { segment }) => sum + segment.chunkCount, 0);
    const allowed = this.#allowed(pathPrefix, languages);
    const list = (weight: number, scores: Float64Array): RankedList => ({ weight, chunks: topChunks(scores, allowed, CANDIDATES, (a, b) => this.#before(a, b)) });

    const byWords = new Float64Array(total);
    for (const { term, weight } of [...own, ...related]) addTerm(byWords, this.#segments, this.#averages, term, weight);
    const bySpelling = new Float64Array(total);
    addSpelling(bySpelling, this.#segments, this.#averages.chunks, terms);

    const words = list(WEIGHTS.words, byWords);
    const spelling = list(WEIGHTS.spelling, bySpelling);
    const endpoint = alike ? { weight: WEIGHTS.endpoint, chunks: this.#withHashes(alike, allowed) } : null;
    return {
      terms, own, related, words, spelling, endpoint,
      found: this.#found(fuse([words, spelling, ...(endpoint ? [endpoint] : [])]), limit),
      averages: this.#averages,
      mostPossible: own.reduce((sum, { weight }) => sum + most(weight), 0),
    };
  }

  #weighed(term: string, from: QueryTerm, factor: number): WeighedTerm {
    return { term, from, weight: from.weight * factor * idfOf(this.#segments, this.#averages, term) };
  }

  /** What code says for those terms of the query that it does not use. */
  #related(terms: readonly QueryTerm[]): readonly WeighedTerm[] {
    const own = new Set(terms.map(({ term }) => term));
    return terms.flatMap((from) => relatedTerms(this.#segments, from.term).filter((other) => !own.has(other)).map((other) => this.#weighed(other, from, RELATED_WEIGHT)));
  }

  #allowed(pathPrefix: string | undefined, languages: readonly string[] | undefined): (chunk: number) => boolean {
    const allows = pathPrefix === undefined && languages === undefined ? null : (file: SegmentFile) => (pathPrefix === undefined || file.path.startsWith(pathPrefix)) && (languages?.includes(file.language) ?? true);
    const masks = this.#segments.map((living) => allowedChunks(living, allows));
    return (chunk) => {
      const at = this.#segmentOf(chunk);
      return masks[at]?.[chunk - (this.#segments[at]?.base ?? 0)] === 1;
    };
  }

  /** The chunks with an endpoint's hashes, in its order. Equal chunks have one hash. */
  #withHashes(hashes: readonly string[], allowed: (chunk: number) => boolean): Scored[] {
    const places = new Map(hashes.map((hash, place) => [hash, place]));
    const found: { chunk: number; place: number }[] = [];
    for (const { segment, base } of this.#segments) {
      for (let local = 0; local < segment.chunkCount; local++) {
        const place = places.get(Buffer.from(segment.hash(local)).toString("hex"));
        if (place !== undefined && allowed(base + local)) found.push({ chunk: base + local, place });
      }
    }
    return found.sort((a, b) => a.place - b.place || this.#before(a.chunk, b.chunk)).slice(0, CANDIDATES).map(({ chunk, place }) => ({ chunk, score: 1 / (1 + place) }));
  }

  /** Best first. Of the parts of one long function only the best one is there. */
  #found(fused: ReadonlyMap<number, number>, limit: number): Found[] {
    const ordered = [...fused].sort(([a, left], [b, right]) => right - left || this.#before(a, b));
    const best = ordered[0]?.[1] ?? 1;
    const found: Found[] = [];
    const wholes = new Set<number>();
    for (const [chunk, score] of ordered) {
      if (found.length === limit) break;
      const whole = this.#firstPart(chunk);
      if (wholes.has(whole)) continue;
      wholes.add(whole);
      const living = this.#segments[this.#segmentOf(chunk)];
      const local = chunk - (living?.base ?? 0);
      const file = living?.segment.files[living.segment.fileOf[local] ?? 0];
      if (living && file) found.push({ chunk, living, local, file, record: living.segment.record(local), relative: score / best });
    }
    return found;
  }

  /** The chunk with which the symbol that a chunk is a part of begins. */
  #firstPart(chunk: number): number {
    const living = this.#segments[this.#segmentOf(chunk)];
    if (!living) return chunk;
    const { segment, base } = living;
    let local = chunk - base;
    const { symbol, kind } = segment.record(local);
    if (symbol === null) return chunk;
    while (local > 0 && segment.fileOf[local - 1] === segment.fileOf[local]) {
      const previous = segment.record(local - 1);
      if (previous.symbol !== symbol || previous.kind !== kind) break;
      local--;
    }
    return base + local;
  }

  /** By path, then by place in the file: the same however the files came into the index. */
  #before(a: number, b: number): number {
    const [left, right] = [this.#segments[this.#segmentOf(a)], this.#segments[this.#segmentOf(b)]];
    if (!left || !right) return a - b;
    const [leftFile, rightFile] = [left.segment.fileOf[a - left.base] ?? 0, right.segment.fileOf[b - right.base] ?? 0];
    return compareText(left.segment.files[leftFile]?.path ?? "", right.segment.files[rightFile]?.path ?? "") || a - b;
  }

  #segmentOf(chunk: number): number {
    let at = this.#segments.length - 1;
    while (at > 0 && chunk < (this.#segments[at]?.base ?? 0)) at--;
    return at;
  }
}
