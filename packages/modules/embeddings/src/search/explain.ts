import type { Hit, Signal } from "@coder/api/embeddings";
import { gramsOf } from "../ranking/grams.ts";
import { symbolCount } from "../segments/term-counts.ts";
import { termShares, type FieldShares } from "./bm25f.ts";
import { shareOf } from "./fusion.ts";
import type { Found, Ranking } from "./ProjectIndex.ts";

const MAX_TERMS = 5;

type Reason = Hit["reason"];
type ReasonPart = Reason["parts"][number];

/** Why a chunk stands where it does. */
export function explain(ranking: Ranking, { chunk, living, local }: Found): Reason {
  const held = new Map(living.segment.terms(local));
  const gains = new Map<Signal, Map<string, number>>();
  const gain = (signal: Signal, word: string, by: number): void => {
    if (by <= 0) return;
    const words = gains.get(signal) ?? new Map<string, number>();
    words.set(word, (words.get(word) ?? 0) + by);
    gains.set(signal, words);
  };
  for (const { term, weight, from } of ranking.own) {
    const { name, documentation, body } = sharesOf(held.get(term), weight);
    gain("name", from.word, name);
    gain("documentation", from.word, documentation);
    gain("body", from.word, body);
  }
  for (const { term, weight } of ranking.related) for (const by of Object.values(sharesOf(held.get(term), weight))) gain("related words", term, by);
  const byWords = total(gains);

  const symbols = [...held].filter(([, packed]) => symbolCount(packed) > 0).map(([term]) => new Set(gramsOf(term)));
  const alike = new Map(ranking.terms.map(({ term, word }) => [word, Math.max(0, ...symbols.map((symbol) => gramsOf(term).filter((bucket) => symbol.has(bucket)).length))] as const).filter(([, common]) => common > 0));

  const shares = { words: shareOf(ranking.words, chunk), spelling: shareOf(ranking.spelling, chunk), endpoint: ranking.endpoint ? shareOf(ranking.endpoint, chunk) : 0 };
  const all = shares.words + shares.spelling + shares.endpoint;
  const parts = [
    ...Array.from(gains, ([signal, words]) => partOf(signal, (shares.words / all) * (sum(words) / byWords), words)),
    partOf("spelling", shares.spelling / all, alike),
    partOf("endpoint", shares.endpoint / all, new Map()),
  ].filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
  return { summary: summaryOf(parts), parts };

  function sharesOf(packed: number | undefined, weight: number): FieldShares {
    return packed === undefined ? NOTHING : termShares(living, local, packed, ranking.averages, weight);
  }
}

const NOTHING: FieldShares = { name: 0, documentation: 0, body: 0 };

function partOf(signal: Signal, weight: number, words: ReadonlyMap<string, number>): ReasonPart {
  const terms = [...words].sort(([, a], [, b]) => b - a).slice(0, MAX_TERMS).map(([word]) => word);
  return { signal, weight: Number(weight.toFixed(3)), terms };
}

function summaryOf(parts: readonly ReasonPart[]): string {
  const text = parts.slice(0, 2).map(({ signal, terms }) => PHRASES[signal](terms.slice(0, 3).join(", "))).join("; ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const PHRASES: Readonly<Record<Signal, (words: string) => string>> = {
  "name": (words) => `name has ${words}`,
  "documentation": (words) => `documentation has ${words}`,
  "body": (words) => `code has ${words}`,
  "spelling": (words) => `name is spelled like ${words}`,
  "related words": (words) => `code has ${words}, which documentation here goes with`,
  "endpoint": () => "alike for the embeddings endpoint",
};

function sum(words: ReadonlyMap<string, number>): number {
  return [...words.values()].reduce((left, right) => left + right, 0);
}

function total(gains: ReadonlyMap<Signal, ReadonlyMap<string, number>>): number {
  return [...gains.values()].reduce((left, words) => left + sum(words), 0);
}
