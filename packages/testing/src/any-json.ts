import fc from "fast-check";

/**
 * Names that come back from JSON as they were. V8's JSON.parse (13.6, of Node 24) takes one escaped character for the name `\` where an object
 * of the same shape had that: `JSON.parse('[{"":1,"\\\\":2},{"":1,"\\"":2}]')` has `\` twice. `__proto__` passes no border (zod leaves it out).
 */
export const anyJsonName = fc.string().filter((name) => name !== "\\" && name !== "__proto__");

/** Any JSON that comes back from JSON as it was: without -0, and with such names only. */
export const anyJson = fc
  .jsonValue()
  .map((value): unknown => JSON.parse(JSON.stringify(value)))
  .filter((value) => !/"(__proto__|\\\\)":/.test(JSON.stringify(value)));
