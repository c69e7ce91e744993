/** What git tells while it clones. `total` is 0 while it is not known. */
export interface CloneStep {
  readonly phase: "counting" | "compressing" | "receiving" | "resolving" | "writing";
  readonly done: number;
  readonly total: number;
}

/** From where to where each phase goes, of 100. Each counts anew, in things of its own; people see one way that only goes forward. */
const SHARES: Readonly<Record<CloneStep["phase"], readonly [from: number, to: number]>> = {
  counting: [0, 5],
  compressing: [5, 10],
  receiving: [10, 70],
  resolving: [70, 85],
  writing: [85, 100],
};

/** How much of a clone is done, of 100. */
export function shareOf({ phase, done, total }: CloneStep): number {
  const [from, to] = SHARES[phase];
  return total === 0 ? from : Math.round(from + (to - from) * Math.min(1, done / total));
}
