const UNITS = [
  { name: "day", seconds: 86_400 },
  { name: "hour", seconds: 3_600 },
  { name: "minute", seconds: 60 },
  { name: "second", seconds: 1 },
] as const;
/** So many of a unit are clearer than one of the next. */
const MOST = 1.5;

/** How long somebody is to wait, in the unit that fits, rounded up so that it is enough: `45 seconds`, `1 hour`. */
export function waitInWords(seconds: number): string {
  const unit = UNITS.find((each) => seconds > each.seconds * MOST || seconds === each.seconds) ?? UNITS[3];
  const count = Math.max(1, Math.ceil(seconds / unit.seconds));
  return `${count} ${unit.name}${count === 1 ? "" : "s"}`;
}
