let collator: Intl.Collator | undefined;

/** The order of names for people: numbers by their value, without regard to case. */
export function compareNames(a: string, b: string): number {
  collator ??= new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  return collator.compare(a, b);
}
