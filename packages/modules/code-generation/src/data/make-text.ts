import { wordsOf } from "../engine/names.ts";
import { textMatching } from "./pattern.ts";
import type { Random } from "./Random.ts";
import type { StringShape, TextFormat } from "./shape.ts";
import type { LocaleWords } from "./words.ts";

const ALNUM = "abcdefghijklmnopqrstuvwxyz0123456789";
const HEX = "0123456789abcdef";
const EDGES = ["a", " ", "Zoë Ångström", "名前", "👩‍🚀", "O'Brien \"quoted\"", "line\nbreak", "<b>bold</b>", "comma, semicolon;", "100%"];
const PEOPLE = /^(?:user|customer|person|people|employee|author|contact|member|patient|student|teacher|guest|client|owner|account|profile|staff|admin|player|passenger|driver)s?$/;

export interface TextPlace {
  readonly table: string;
  readonly field: string;
  readonly row: number;
  readonly words: LocaleWords;
  readonly edge: boolean;
  /** Times carry their zone, as JSON Schema wants it. */
  readonly zoned: boolean;
}

/** A text that keeps to what is asked; null where that cannot be made. */
export function makeText(shape: StringShape, random: Random, place: TextPlace): string | null {
  const min = shape.minLength ?? 0;
  const max = shape.maxLength ?? Math.max(min, place.edge ? min + 400 : min + 60);
  if (min > max) return null;
  if (shape.pattern !== undefined) return textMatching(shape.pattern, random, { min, max: shape.maxLength ?? 100_000 }, place.edge ? random.pick(["shortest", "longest", null] as const) : null);
  if (shape.format) return fitsOrNull(ofFormat(shape.format, random, place, max), min, max);
  const fixed = `${shape.startsWith ?? ""}${shape.includes ?? ""}${shape.endsWith ?? ""}`;
  if (fixed.length > max) return null;
  const room = max - fixed.length;
  let inner = place.edge && random.chance(0.6) ? edgeText(random, Math.max(0, min - fixed.length), room, shape.minLength === undefined && shape.maxLength === undefined) : usualText(random, place);
  if (shape.case === "lower") inner = inner.toLowerCase();
  if (shape.case === "upper") inner = inner.toUpperCase();
  inner = cut(inner, room);
  const least = Math.max(0, min - fixed.length);
  while (inner.length < least) inner += cut(shape.case === "upper" ? ` ${random.pick(place.words.words)}`.toUpperCase() : ` ${random.pick(place.words.words)}`, least - inner.length);
  return `${shape.startsWith ?? ""}${shape.includes ?? ""}${inner}${shape.endsWith ?? ""}`;
}

/** Never in the middle of a character. */
function cut(text: string, length: number): string {
  const short = text.slice(0, Math.max(0, length));
  return /[\ud800-\udbff]$/.test(short) ? `${short.slice(0, -1)}x` : short;
}

function fitsOrNull(text: string, min: number, max: number): string | null {
  return text.length >= min && text.length <= max ? text : null;
}

/** @param any whether nothing is counted: what counts as one character differs from validator to validator */
function edgeText(random: Random, min: number, max: number, any: boolean): string {
  const kind = random.integer(0, 3);
  if (kind === 0) return "x".repeat(min);
  if (kind === 1) return "x".repeat(Math.min(max, 4_000));
  return random.pick(any ? EDGES : EDGES.filter((text) => !/[\ud800-\udfff]/.test(text)));
}

function digits(form: string, random: Random): string {
  return form.replace(/#/g, () => String(random.integer(0, 9)));
}

function ascii(text: string): string {
  return text.normalize("NFKD").replace(/ß/g, "ss").replace(/[^A-Za-z0-9]/g, "").toLowerCase();
}

/** What a name says of its text. */
function usualText(random: Random, { table, field, row, words }: TextPlace): string {
  const parts = wordsOf(field);
  const last = parts.at(-1) ?? "";
  const whole = parts.join("");
  const first = random.pick(words.first);
  const family = random.pick(words.last);
  const some = (count: number) => Array.from({ length: count }, () => random.pick(words.words)).join(" ");
  if (/^(?:firstname|givenname|forename)$/.test(whole)) return first;
  if (/^(?:lastname|surname|familyname)$/.test(whole)) return family;
  if (/(?:email|mail)$/.test(whole)) return `${ascii(first)}.${ascii(family)}${row + 1}@example.org`;
  if (/^(?:username|login|handle|nickname|nick)$/.test(whole)) return `${ascii(first)}${row + 1}`;
  if (/^(?:id|uuid|guid)$/.test(last) || whole === "key") return uuid(random);
  if (/^(?:phone|mobile|tel|telephone|fax)$/.test(last) || whole.endsWith("phonenumber")) return digits(words.phone, random);
  if (/^(?:street|address)$/.test(last)) return `${random.pick(words.streets)} ${random.integer(1, 199)}`;
  if (/^(?:city|town)$/.test(last)) return random.pick(words.cities);
  if (last === "country") return random.pick(words.countries);
  if (/^(?:zip|postcode)$/.test(last) || /^(?:zipcode|postalcode)$/.test(whole)) return digits(words.zip, random);
  if (/^(?:company|organization|organisation|employer|vendor|brand)$/.test(last)) return random.pick(words.companies);
  if (/^(?:url|website|link|homepage)$/.test(last)) return `https://example.org/${ascii(random.pick(words.words))}/${row + 1}`;
  if (/^(?:avatar|image|picture|photo|thumbnail)$/.test(last)) return `https://example.org/images/${row + 1}.png`;
  if (/^(?:slug|path)$/.test(last)) return `${ascii(random.pick(words.words))}-${ascii(random.pick(words.words))}-${row + 1}`;
  if (/^(?:at|date|birthday|deadline|timestamp|time)$/.test(last) || /^(?:created|updated|deleted)$/.test(whole)) return isoTime(random);
  if (last === "currency") return random.pick(["EUR", "GBP", "USD", "CHF"]);
  if (/^(?:color|colour)$/.test(last)) return `#${random.text(HEX, 6)}`;
  if (/^(?:sku|code|number|reference|isbn|serial)$/.test(last)) return `${random.text("ABCDEFGHJKLMNPQRSTUVWXYZ", 3)}-${String(row + 1).padStart(5, "0")}`;
  if (/^(?:status|state)$/.test(last)) return random.pick(["new", "active", "done"]);
  if (/^(?:description|text|body|content|comment|summary|bio|note|notes|message|about)$/.test(last)) return sentence(some(random.integer(6, 14)));
  if (/^(?:title|subject|headline|heading)$/.test(last)) return upper(some(3));
  if (last === "name" || whole === "fullname" || whole === "displayname") {
    const about = parts.length > 1 ? parts.slice(0, -1) : wordsOf(table).slice(-1);
    return /^(?:full|display)$/.test(parts[0] ?? "") || about.some((word) => PEOPLE.test(word)) ? `${first} ${family}` : random.pick(words.things);
  }
  return some(random.integer(1, 3));
}

function sentence(text: string): string {
  return `${upper(text)}.`;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function uuid(random: Random): string {
  return `${random.text(HEX, 8)}-${random.text(HEX, 4)}-4${random.text(HEX, 3)}-${random.text("89ab", 1)}${random.text(HEX, 3)}-${random.text(HEX, 12)}`;
}

const FIRST_DAY = Date.UTC(2024, 0, 1);
const DAYS = 730;

export function isoTime(random: Random): string {
  return new Date(FIRST_DAY + random.integer(0, DAYS * 86_400) * 1_000).toISOString();
}

function ofFormat(format: TextFormat, random: Random, place: TextPlace, max: number): string {
  const { row, words, edge } = place;
  switch (format) {
    case "email": {
      const full = `${ascii(random.pick(words.first))}.${ascii(random.pick(words.last))}${row + 1}@example.org`;
      const short = `a${row}@b.co`;
      if (edge && random.chance(0.4)) return cut(`${"a".repeat(Math.max(1, Math.min(60, max - 12)))}@example.org`, max);
      return full.length <= max ? full : short;
    }
    case "uuid": return uuid(random);
    case "url": return max < 40 ? "https://a.co" : `https://example.org/${ascii(random.pick(words.words))}/${row + 1}`;
    case "date": return isoTime(random).slice(0, 10);
    case "date-time": return edge && random.chance(0.4) ? random.pick(["1970-01-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z", "9999-12-31T23:59:59.000Z"]) : isoTime(random);
    case "time": return `${isoTime(random).slice(11, 19)}${place.zoned ? "Z" : ""}`;
    case "ipv4": return `192.0.2.${random.integer(1, 254)}`;
    case "ipv6": return `2001:db8::${random.text(HEX, 4)}`;
    case "hostname": return `${ascii(random.pick(words.words))}${row + 1}.example.org`;
    case "cuid": return `c${random.text(ALNUM, 24)}`;
    case "ulid": return `0${random.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 25)}`;
    case "nanoid": return random.text(`${ALNUM}_-`, 21);
    case "base64": return Buffer.from(random.text(ALNUM, 12)).toString("base64");
    case "duration": return `P${random.integer(1, 9)}DT${random.integer(1, 23)}H`;
    case "json-pointer": return `/${ascii(random.pick(words.words))}/${random.integer(0, 9)}`;
  }
}
