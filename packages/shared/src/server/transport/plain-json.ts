/**
 * Says where `value` would come out of `JSON.parse(JSON.stringify(value))` as something else: a Date, a Map, an `undefined`
 * in a list, a NaN. Null when it is plain JSON. Calls in process are held to it in tests, because the same call may go over
 * the wire. A field that is `undefined` is fine: JSON drops it, and the schema sees an absent field either way.
 */
export function findNonJson(value: unknown, path = "$"): string | null {
  if (value === null || typeof value === "string" || typeof value === "boolean") return null;
  if (typeof value === "number") return Number.isFinite(value) ? null : `${path} is ${value}`;
  if (typeof value !== "object") return `${path} is ${typeof value}`;
  if (Array.isArray(value)) return firstFound(value.entries(), (index) => `${path}[${index}]`);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return `${path} is a ${value.constructor.name}`;
  const present = Object.entries(value).filter(([, item]) => item !== undefined);
  return firstFound(present, (name) => `${path}.${name}`);
}

function firstFound<Key>(entries: Iterable<[Key, unknown]>, pathOf: (key: Key) => string): string | null {
  for (const [key, item] of entries) {
    const found = findNonJson(item, pathOf(key));
    if (found !== null) return found;
  }
  return null;
}
