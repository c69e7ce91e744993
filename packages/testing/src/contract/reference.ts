import type { Filter } from "@coder/db";
import fc from "fast-check";
import type { Note } from "./entities.ts";
import { note, type StoreLimits } from "./store.ts";

export const NOTES = 60;
export const SORTABLE = ["id", "title", "amount", "ratio", "createdAt", "status"] as const;

/** Texts that trip up escaping, collation and encodings. */
const TEXTS = ["", "a", "A", "aa", "a%", "a_b", "axb", "a\\b", "%", "_", "\\", "'", '"', "Z", "z", "ä", "ß", "é", "e\u0301", "\ue000", "😀", "😀😀", "日本", "true", "null", "0", " a", "a "];
/** U+E000 stands behind every emoji by unit, and before them by code point. */
export function textsFor(limits: StoreLimits): readonly string[] {
  return limits.ordersTextByUnit ? TEXTS.filter((text) => !text.includes("\ue000")) : TEXTS;
}

const TIMES = ["2025-12-31T23:59:59.999Z", "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.001Z", "2026-06-15T12:00:00.000Z"];
const TAGS = ["red", "green", "a%", "😀", ""];
const STATUS = ["open", "done", "dropped"] as const;

const someNote = (texts: readonly string[]): fc.Arbitrary<Partial<Note>> => fc.record({
  title: fc.constantFrom(...texts),
  status: fc.constantFrom(...STATUS),
  amount: fc.integer({ min: -3, max: 3 }),
  ratio: fc.constantFrom<number[]>(-1.5, 0, 0.1, 0.25, 1e10),
  size: fc.constantFrom(0, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER),
  done: fc.boolean(),
  dueAt: fc.constantFrom(null, ...TIMES),
  createdAt: fc.constantFrom(...TIMES),
  tags: fc.uniqueArray(fc.constantFrom(...TAGS), { maxLength: 3 }),
  extra: fc.constantFrom<Note["extra"][]>(null, [{ name: "x" }]),
});

export function someNotes(caller: Parameters<typeof note>[0], count: number, texts: readonly string[]): Note[] {
  return fc.sample(someNote(texts), { numRuns: count, seed: 7 }).map((values, place) => note(caller, { ...values, slug: place % 3 === 0 ? null : `${texts[place % texts.length]}-${place}` }));
}

function ordered<Value extends string | number>(value: fc.Arbitrary<Value>): fc.Arbitrary<object> {
  return fc.oneof(
    value.map((eq) => ({ eq })),
    fc.record({ lt: value, lte: value, gt: value, gte: value, ne: value, in: fc.array(value, { maxLength: 3 }) }, { requiredKeys: [] }),
  );
}

/** A filter of one to three conditions. `eq` in the generated form stands for the plain value. */
export function someFilter(rows: readonly Note[], texts: readonly string[]): fc.Arbitrary<Filter<Note>> {
  const slugs = rows.flatMap(({ slug }) => (slug === null ? [] : [slug]));
  const text = fc.constantFrom(...texts);
  const conditions: Readonly<Record<string, fc.Arbitrary<object>>> = {
    id: fc.constantFrom(...rows.map(({ id }) => id)).map((eq) => ({ eq })),
    title: fc.oneof(ordered(text), text.map((prefix) => ({ prefix })), fc.array(text, { maxLength: 2 }).map((contains) => ({ contains }))),
    slug: fc.oneof(ordered(fc.constantFrom(...slugs)), fc.constant({ eq: null }), fc.constant({ ne: null }), text.map((prefix) => ({ prefix })), text.map((part) => ({ contains: [part] }))),
    status: fc.oneof(fc.constantFrom(...STATUS).map((eq) => ({ eq })), fc.subarray([...STATUS]).map((list) => ({ in: list }))),
    amount: ordered(fc.integer({ min: -4, max: 4 })),
    ratio: ordered(fc.constantFrom(-1.5, 0, 0.1, 0.25, 0.3)),
    size: ordered(fc.constantFrom(0, 1, 2 ** 31, 2 ** 40)),
    done: fc.oneof(fc.boolean().map((eq) => ({ eq })), fc.boolean().map((ne) => ({ ne }))),
    dueAt: fc.oneof(ordered(fc.constantFrom(...TIMES)), fc.constant({ eq: null }), fc.constant({ ne: null })),
    createdAt: ordered(fc.constantFrom(...TIMES)),
    tags: fc.constantFrom(...TAGS).map((has) => ({ has })),
    extra: fc.constantFrom({ eq: null }, { ne: null }),
  };
  return fc.shuffledSubarray(Object.keys(conditions), { maxLength: 3 }).chain((fields) =>
    fc.tuple(...fields.map((field) => conditions[field] ?? fc.constant({}))).map((chosen) =>
      Object.fromEntries(fields.flatMap((field, place) => {
        const condition = chosen[place] ?? {};
        return Object.keys(condition).length === 0 ? [] : [[field, "eq" in condition ? condition.eq : condition]];
      })),
    ),
  );
}

/** What a filter means, in the plainest JavaScript there is. */
export function referenceMatches(row: Note, filter: Filter<Note>): boolean {
  return Object.entries(filter).every(([field, condition]) => {
    const value: unknown = Reflect.get(row, field);
    if (condition === null || typeof condition !== "object") return value === condition;
    return Object.entries(condition).every(([operator, operand]) => operatorHolds(value, operator, operand));
  });
}

function operatorHolds(value: unknown, operator: string, operand: unknown): boolean {
  if (operator === "ne") return value !== operand;
  if (value === null) return false;
  switch (operator) {
    case "in":
      return Array.isArray(operand) && operand.includes(value);
    case "prefix":
      return [...String(operand)].every((character, place) => [...String(value)][place] === character);
    case "contains":
      return Array.isArray(operand) && operand.every((part) => String(value).split(String(part)).length > 1 || part === "");
    case "has":
      return Array.isArray(value) && value.includes(operand);
    case "lt":
      return byCodePoint(value, operand) < 0;
    case "lte":
      return byCodePoint(value, operand) <= 0;
    case "gt":
      return byCodePoint(value, operand) > 0;
    default:
      return byCodePoint(value, operand) >= 0;
  }
}

export function byCodePoint(left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  const [a, b] = [[...String(left)].map((character) => character.codePointAt(0) ?? 0), [...String(right)].map((character) => character.codePointAt(0) ?? 0)];
  const differing = a.findIndex((point, place) => point !== b[place]);
  if (differing < 0) return a.length - b.length;
  return (a[differing] ?? 0) - (b[differing] ?? -1);
}
