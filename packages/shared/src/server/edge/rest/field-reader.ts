import { z } from "zod";

/** Makes an input field's value from the texts a URL carries for it. What does not fit stays text, so that the schema names the mistake. */
export type FieldReader = (texts: readonly string[]) => unknown;

type TextReader = (text: string) => unknown;

const asIs: TextReader = (text) => text;
const asNumber: TextReader = (text) => (/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : text);
const asBoolean: TextReader = (text) => (text === "true" ? true : text === "false" ? false : text);

/** How a field of this schema is read from a path or query; null when a URL cannot carry it (objects, files, …). */
export function fieldReader(schema: z.ZodType): FieldReader | null {
  const bare = unwrap(schema);
  if (bare instanceof z.ZodArray) {
    const element = bare.element;
    const read = element instanceof z.ZodType ? textReader(element) : null;
    return read === null ? null : (texts) => texts.map(read);
  }
  const read = textReader(bare);
  // Given twice, a single field is a mistake the schema reports: a list is not what it takes.
  return read === null ? null : (texts) => (texts.length === 1 && texts[0] !== undefined ? read(texts[0]) : texts);
}

function textReader(schema: z.ZodType): TextReader | null {
  const bare = unwrap(schema);
  if (bare instanceof z.ZodNumber) return asNumber;
  if (bare instanceof z.ZodBoolean) return asBoolean;
  if (bare instanceof z.ZodLiteral) return [...bare.values].every((value) => typeof value === "string") ? asIs : null;
  if (bare instanceof z.ZodUnion) return bare.options.every((option) => option instanceof z.ZodType && textReader(option) === asIs) ? asIs : null;
  // Formats (uuid, iso times) are strings to zod's type tests only through their JSON form.
  return bare instanceof z.ZodString || bare instanceof z.ZodStringFormat || bare instanceof z.ZodEnum ? asIs : null;
}

/** The schema below what only decides about absence, null or later steps. */
export function unwrap(schema: z.ZodType): z.ZodType {
  let bare = schema;
  for (;;) {
    const inner: unknown =
      bare instanceof z.ZodOptional || bare instanceof z.ZodDefault || bare instanceof z.ZodPrefault || bare instanceof z.ZodNullable || bare instanceof z.ZodReadonly || bare instanceof z.ZodLazy
        ? bare.unwrap()
        : bare instanceof z.ZodPipe
          ? bare.in
          : null;
    if (!(inner instanceof z.ZodType)) return bare;
    bare = inner;
  }
}
