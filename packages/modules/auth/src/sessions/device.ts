type Names = readonly (readonly [RegExp, string])[];

// Order matters: each browser also calls itself by the names of those it wants to be taken for.
const CLIENTS: Names = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\b(?:OPR|Opera)\//, "Opera"],
  [/\bFirefox\/|\bFxiOS\//, "Firefox"],
  [/\bElectron\//, "Desktop app"],
  [/\b(?:HeadlessChrome|Chrome|Chromium|CriOS)\//, "Chrome"],
  [/\bVersion\/\S+ .*\bSafari\//, "Safari"],
  [/^curl\//, "curl"],
  [/\bnode\b|\bundici\b/i, "Node.js"],
  [/\bpython\b/i, "Python"],
];
const SYSTEMS: Names = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b|\bMacintosh\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b|\bX11\b/, "Linux"],
];

/** A short name for what a client calls itself. Only a hint for its owner: anybody can send any name. */
export function deviceOf(userAgent: string | null): string {
  const nameIn = (names: Names) => names.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1];
  const client = nameIn(CLIENTS);
  const system = nameIn(SYSTEMS);
  return client && system ? `${client} on ${system}` : (client ?? system ?? "Unknown device");
}

/** What of a client's own words can be stored: no control characters, not endless. Null when nothing is left. */
export function printable(text: string, maxLength: number): string | null {
  return text.replaceAll(/[\p{Cc}\p{Cs}]/gu, "").slice(0, maxLength).toWellFormed().trim() || null;
}
