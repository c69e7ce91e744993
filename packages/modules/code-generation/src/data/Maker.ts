import type { TestDataInput } from "@coder/api/code-generation";
import { inputInvalid } from "../errors.ts";
import { isoTime, makeText } from "./make-text.ts";
import { makeNumber } from "./make-number.ts";
import { Random } from "./Random.ts";
import type { EnumPlace, FieldShape, ObjectShape, RowType, Shape } from "./shape.ts";
import { LOCALE_WORDS } from "./words.ts";

/** A value that code calls by the member of its enum. */
export class EnumMember {
  readonly value: string | number | boolean;
  readonly place: EnumPlace;

  constructor(value: string | number | boolean, place: EnumPlace) {
    this.value = value;
    this.place = place;
  }

  toJSON(): string | number | boolean {
    return this.value;
  }
}

/** A value that code makes with `new Set`; in JSON a list. */
export class SetOfValues {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    this.items = items;
  }

  toJSON(): readonly Value[] {
    return this.items;
  }
}

/** A value of a row: what JSON has, and `Date` and `bigint`. Fields that are left out are `undefined`. */
export type Value = EnumMember | SetOfValues | string | number | boolean | bigint | null | undefined | Date | readonly Value[] | { readonly [name: string]: Value };
export type Row = { readonly [name: string]: Value };

export interface Reference {
  /** Path of the field in its row: `customerId`, `lines.productId`. */
  readonly field: string;
  readonly table: number;
}

interface Place {
  readonly table: number;
  readonly row: number;
  /** Of the column, with all that it lies in. */
  readonly path: string;
  readonly name: string;
  readonly depth: number;
}

const MAX_DEPTH = 4;
const ATTEMPTS = 200;

/** Makes rows. Each value depends on key, table, row and column alone. */
export class Maker {
  readonly #input: TestDataInput;
  readonly #types: readonly RowType[];
  readonly #references: readonly ReadonlyMap<string, number>[];
  readonly #keys: (Value[] | undefined)[] = [];

  constructor(input: TestDataInput, types: readonly RowType[], references: readonly (readonly Reference[])[]) {
    this.#input = input;
    this.#types = types;
    this.#references = references.map((list) => new Map(list.map(({ field, table }) => [field, table])));
  }

  rows(table: number): Row[] {
    const type = this.#types[table];
    const wanted = this.#input.tables[table]?.rows ?? 0;
    if (!type) return [];
    const keys = this.#keysOf(table);
    const taken = new Map<string, Set<string>>();
    return Array.from({ length: wanted }, (_, row) => this.#row(type, table, row, keys, taken));
  }

  #row(type: RowType, table: number, row: number, keys: readonly Value[], taken: Map<string, Set<string>>): Row {
    const made: Record<string, Value> = {};
    for (const field of type.shape.fields) {
      if (field.name === keyOf(type.shape)?.name) {
        made[field.name] = keys[row];
        continue;
      }
      const place: Place = { table, row, path: field.name, name: field.name, depth: 0 };
      const value = field.unique ? this.#unique(field, place, taken) : this.#field(field, place, 0);
      if (value !== undefined || !field.optional) made[field.name] = value;
    }
    return made;
  }

  /** Values of the column that others refer to: all different. */
  #keysOf(table: number): readonly Value[] {
    const known = this.#keys[table];
    if (known) return known;
    const type = this.#types[table];
    const field = type && keyOf(type.shape);
    const count = this.#input.tables[table]?.rows ?? 0;
    if (!type || !field) return (this.#keys[table] = []);
    const taken = new Map<string, Set<string>>();
    const made: Value[] = [];
    const inner = plain(field.shape);
    for (let row = 0; row < count; row++) {
      const place: Place = { table, row, path: field.name, name: field.name, depth: 0 };
      if (inner.kind === "number") {
        const first = Math.max(1, Math.ceil(inner.minimum ?? (inner.exclusiveMinimum ?? 0) + 1));
        const value = first + row * (inner.multipleOf !== undefined && Number.isInteger(inner.multipleOf) ? inner.multipleOf : 1);
        const fits = value <= (inner.maximum ?? Infinity) && value < (inner.exclusiveMaximum ?? Infinity) && (inner.multipleOf === undefined || value % inner.multipleOf === 0);
        made.push(fits ? value : this.#unique({ ...field, optional: false }, place, taken));
      } else made.push(this.#unique({ ...field, optional: false }, place, taken));
    }
    return (this.#keys[table] = made);
  }

  #unique(field: FieldShape, place: Place, taken: Map<string, Set<string>>): Value {
    const set = taken.get(place.path) ?? new Set<string>();
    taken.set(place.path, set);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const value = this.#field({ ...field, optional: false }, place, attempt);
      const form = formOf(value);
      if (set.has(form)) continue;
      set.add(form);
      return value;
    }
    throw inputInvalid(`tables.${place.table}.rows`, `There are no ${this.#input.tables[place.table]?.rows ?? 0} different values of ${place.path}.`, "Ask for fewer rows.");
  }

  #field({ shape, optional }: FieldShape, place: Place, attempt: number): Value {
    const random = this.#random(place, attempt, "?");
    const deep = place.depth >= MAX_DEPTH;
    if (optional && (deep || random.chance(this.#input.edgeCases ? 0.5 : 0.2))) return undefined;
    const target = this.#references[place.table]?.get(place.path);
    const keys = target === undefined ? [] : this.#keysOf(target);
    if (keys.length > 0) return shape.kind === "array" ? listed(shape, subset(keys, shape, random)) : random.pick(keys);
    return this.#value(shape, place, attempt);
  }

  #value(shape: Shape, place: Place, attempt: number): Value {
    const random = this.#random(place, attempt, "");
    const { edgeCases: edge, locale } = this.#input;
    const within = (name: string): Place => ({ ...place, name, path: `${place.path}.${name}`, depth: place.depth + 1 });
    switch (shape.kind) {
      case "literal": return shape.member ? new EnumMember(shape.value, shape.member) : shape.value;
      case "boolean": return random.chance(0.5);
      case "null": return null;
      case "undefined": return undefined;
      case "bigint": return BigInt(random.integer(0, 1_000_000));
      case "date": return new Date(isoTime(random));
      case "number": return this.#made(makeNumber(shape, random, place.name, edge), place);
      case "string": {
        const type = this.#types[place.table];
        return this.#made(makeText(shape, random, { table: type?.name ?? "", field: place.name, row: attempt === 0 ? place.row : place.row + attempt * 100_003, words: LOCALE_WORDS[locale], edge, zoned: type?.source === "json-schema" }), place);
      }
      case "array": {
        const deep = place.depth >= MAX_DEPTH;
        const min = shape.min ?? 0;
        const max = Math.max(min, Math.min(shape.max ?? Math.max(min, 3), min + 50));
        const count = deep ? min : edge ? random.pick([min, max]) : random.integer(Math.max(min, Math.min(1, max)), max);
        return listed(shape, this.#items(shape, count, place, attempt));
      }
      case "tuple": return shape.items.map((item, index) => this.#value(item, { ...place, path: `${place.path}.${index}`, depth: place.depth + 1 }, attempt));
      case "record": {
        const min = shape.min ?? 0;
        const count = place.depth >= MAX_DEPTH ? min : Math.max(min, Math.min(shape.max ?? 3, random.integer(1, 3)));
        const entries: [string, Value][] = [];
        const options = shape.key.kind === "union" ? shape.key.options.flatMap((option) => (option.kind === "literal" ? [String(option.value)] : [])) : [];
        for (let index = 0; index < (options.length > 0 ? options.length : count); index++) {
          const key = options[index] ?? String(this.#value(shape.key, { ...place, path: `${place.path}.key${index}`, depth: place.depth + 1 }, attempt));
          entries.push([key, this.#value(shape.value, within(key), attempt)]);
        }
        return Object.fromEntries(entries);
      }
      case "object": {
        const made: Record<string, Value> = {};
        for (const field of shape.fields) {
          const value = this.#field(field, within(field.name), attempt);
          if (value !== undefined || !field.optional) made[field.name] = value;
        }
        return made;
      }
      case "union": {
        const shallow = place.depth >= MAX_DEPTH ? shape.options.filter(({ kind }) => kind !== "recursive" && kind !== "object" && kind !== "array") : [];
        const options = shallow.length > 0 ? shallow : shape.options;
        return this.#value(random.pick(options), { ...place, depth: place.depth }, attempt);
      }
      case "recursive": {
        const named = this.#types[place.table]?.named.get(shape.name);
        if (!named || place.depth > MAX_DEPTH * 3) throw inputInvalid(`tables.${place.table}.type`, `${this.#types[place.table]?.name ?? "The type"} holds itself without an end.`, "Make the field that holds it optional or a list.");
        return this.#value(named, { ...place, depth: place.depth + 1 }, attempt);
      }
      case "unknown": return random.pick(LOCALE_WORDS[locale].words);
    }
  }

  #items(shape: Extract<Shape, { kind: "array" }>, count: number, place: Place, attempt: number): Value[] {
    const items: Value[] = [];
    const seen = new Set<string>();
    for (let index = 0; items.length < count && index < count + ATTEMPTS; index++) {
      const value = this.#value(shape.items, { ...place, path: `${place.path}.${index}`, depth: place.depth + 1 }, attempt);
      const form = formOf(value);
      if (shape.unique && seen.has(form)) continue;
      seen.add(form);
      items.push(value);
    }
    if (items.length < (shape.min ?? 0)) throw inputInvalid(`tables.${place.table}.type`, `There are no ${shape.min ?? 0} different items of ${place.path}.`, "Loosen the schema.");
    return items;
  }

  #made<Made extends string | number>(value: Made | null, place: Place): Made {
    if (value === null) throw inputInvalid(`tables.${place.table}.type`, `Nothing can be made that keeps to what is asked of ${place.path}.`, "Loosen its constraints, or take another type.");
    return value;
  }

  #random({ table, row, path }: Place, attempt: number, salt: string): Random {
    return new Random(this.#input.key, this.#types[table]?.name ?? "", row, `${path}${salt}${attempt === 0 ? "" : `#${attempt}`}`);
  }
}

/** What rows are named by. */
export function keyOf({ fields }: ObjectShape): FieldShape | null {
  return fields.find(({ name }) => name === "id" || name === "_id" || name === "uuid") ?? null;
}

function plain(shape: Shape): Shape {
  if (shape.kind !== "union") return shape;
  return shape.options.find(({ kind }) => kind === "number" || kind === "string") ?? shape;
}

function listed({ set }: Extract<Shape, { kind: "array" }>, items: Value[]): Value {
  return set ? new SetOfValues(items) : items;
}

function subset(keys: readonly Value[], shape: Extract<Shape, { kind: "array" }>, random: Random): Value[] {
  const min = shape.min ?? 0;
  const count = Math.min(keys.length, Math.max(min, random.integer(Math.min(1, shape.max ?? 1), Math.min(shape.max ?? 3, 3))));
  const begin = random.integer(0, keys.length - 1);
  return Array.from({ length: count }, (_, index) => keys[(begin + index) % keys.length]);
}

function formOf(value: Value): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? `${inner}n` : inner)) ?? "undefined";
}
