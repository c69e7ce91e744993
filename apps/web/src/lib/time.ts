/** The interface is English; months in letters and a clock of 24 hours read the same to everybody. */
const LOCALE = "en-GB";

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one takes a hundred times as long as using it, and lists use a few for every row. */
function formatOf(locale: string, timeZone: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, timeZone, options]);
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(locale, { ...options, ...(timeZone === undefined ? {} : { timeZone }) });
  formats.set(key, made);
  return made;
}

// Made when they are first used: making all of them is a part of what a page takes to open.
let relative: Intl.RelativeTimeFormat | undefined;
let numbers: Intl.NumberFormat | undefined;

const UNITS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** How far the clock of pages may be behind: what has just happened is not to come. */
const NOW_SECONDS = 20;

/** `3 minutes ago`, `in 6 days`, `just now`. What is to come is rounded, so that seven days are no six as soon as they have begun. */
export function relativeTime(iso: string, now: number): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  relative ??= new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return relative.format(seconds > 0 ? Math.round(seconds / length) : Math.trunc(seconds / length), unit);
  }
  return seconds > NOW_SECONDS ? "in less than a minute" : "just now";
}

/** `12 Nov 2026, 14:03:22.105 CET`: to the millisecond, in the person's zone. */
export function exactTime(iso: string, timeZone?: string): string {
  return formatOf(LOCALE, timeZone, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    timeZoneName: "short",
  }).format(new Date(iso));
}

/** `14:03:22` today, `12 Nov 14:03` this year, `12 Nov 2025` before: for columns. */
export function columnTime(iso: string, now: number, timeZone?: string): string {
  const date = new Date(iso);
  const format = (options: Intl.DateTimeFormatOptions) => formatOf(LOCALE, timeZone, options).format(date);
  const day = (value: Date) => formatOf("en-CA", timeZone, {}).format(value);
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const today = day(new Date(now));
  if (day(date) === today) return format({ ...clock, second: "2-digit" });
  if (day(date).slice(0, 4) !== today.slice(0, 4)) return format({ day: "numeric", month: "short", year: "numeric" });
  return `${format({ day: "numeric", month: "short" })} ${format(clock)}`;
}

/** The instant at which a day begins in a zone. Null for a day that is not in the calendar. */
export function startOfDay(day: string, timeZone: string | undefined, plusDays: number = 0): string | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!match) return null;
  const [year, month, date] = [Number(match[1]), Number(match[2]) - 1, Number(match[3])];
  const midnight = new Date(Date.UTC(year, month, date));
  if (midnight.getUTCMonth() !== month || midnight.getUTCDate() !== date) return null;
  const wanted = Date.UTC(year, month, date + plusDays);
  // Twice, because the offset at the first guess may be that of before a change of the clocks.
  const guess = wanted - zoneOffset(wanted, timeZone);
  return new Date(wanted - zoneOffset(guess, timeZone)).toISOString();
}

/** Milliseconds by which a zone's clocks are ahead of UTC at an instant. */
function zoneOffset(instant: number, timeZone: string | undefined): number {
  const parts = formatOf("en-US", timeZone, {
    hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  }).formatToParts(new Date(instant));
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((entry) => entry.type === type)?.value);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")) - Math.floor(instant / 1000) * 1000;
}

/** `1,204` and `3.2 s`: numbers with their units. */
export function count(value: number): string {
  numbers ??= new Intl.NumberFormat("en");
  return numbers.format(value);
}

/** `1 entry`, `1,204 entries`. */
export function plural(value: number, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const units: readonly (readonly [string, number])[] = [["d", 86_400], ["h", 3_600], ["min", 60], ["s", 1]];
  const first = units.findIndex(([, length]) => seconds >= length);
  const [, big] = units[first] ?? ["s", 1];
  const rest = Math.floor((seconds % big) / (units[first + 1]?.[1] ?? 1));
  const head = `${Math.floor(seconds / big)} ${units[first]?.[0]}`;
  return rest > 0 && units[first + 1] ? `${head} ${rest} ${units[first + 1]?.[0]}` : head;
}
