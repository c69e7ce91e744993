import { singularOf, wordsOf } from "../engine/names.ts";
import { keyOf, type Reference } from "./Maker.ts";
import type { FieldShape, ObjectShape, RowType, Shape } from "./shape.ts";

/** Fields that hold the key of another table: `customerId`, `customer_id`, `productIds`. By name, and only where the types agree. */
export function referencesOf(types: readonly RowType[]): Reference[][] {
  return types.map(({ shape }) => refer(shape, "", types));
}

function refer(shape: ObjectShape, at: string, types: readonly RowType[]): Reference[] {
  return shape.fields.flatMap((field): Reference[] => {
    const path = at === "" ? field.name : `${at}.${field.name}`;
    const table = targetOf(field, types);
    if (table !== null) return [{ field: path, table }];
    if (field.shape.kind === "object") return refer(field.shape, path, types);
    // Places in a list are named by their number.
    if (field.shape.kind === "array" && field.shape.items.kind === "object") {
      const { items } = field.shape;
      return Array.from({ length: 51 }, (_, index) => refer(items, `${path}.${index}`, types)).flat();
    }
    return [];
  });
}

function targetOf({ name, shape }: FieldShape, types: readonly RowType[]): number | null {
  const words = wordsOf(name);
  const last = words.at(-1) ?? "";
  if (words.length < 2 || !/^(?:ids?|uuids?|ref|refs|key)$/.test(last)) return null;
  const about = words.slice(0, -1).map((word, index, all) => (index === all.length - 1 ? singularOf(word) : word)).join(" ");
  const index = types.findIndex((type) => nameOf(type) === about);
  const target = types[index];
  const key = target && keyOf(target.shape);
  if (!key) return null;
  const own = shape.kind === "array" ? shape.items : shape;
  return agrees(own, key.shape) ? index : null;
}

function nameOf({ name }: RowType): string {
  const words = wordsOf(name.replace(/(?:Schema|Type|Model|Dto|DTO)$/, "").replace(/^I(?=[A-Z][a-z])/, ""));
  return words.map((word, index) => (index === words.length - 1 ? singularOf(word) : word)).join(" ");
}

function agrees(one: Shape, other: Shape): boolean {
  const simple = (shape: Shape) => (shape.kind === "union" ? shape.options.filter(({ kind }) => kind !== "null") : [shape]);
  const [own] = simple(one);
  const [target] = simple(other);
  if (!own || !target || own.kind !== target.kind) return false;
  if (own.kind === "string" && target.kind === "string") return own.pattern === undefined && (own.format === undefined || own.format === target.format);
  return own.kind === "number";
}
