const UNITS = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** `812 bytes`, `3.2 kB`, `48 MB`: in steps of 1024, as file managers count. */
export function bytes(value: number): string {
  if (value === 1) return "1 byte";
  const step = value < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(value) / 10));
  const scaled = value / 1024 ** step;
  return `${new Intl.NumberFormat("en", { maximumFractionDigits: step === 0 || scaled >= 100 ? 0 : 1 }).format(scaled)} ${UNITS[step]}`;
}
