/**
 * How likely the first hit is what was meant: a logistic curve over how much of what the words could give it got, and how alike its name is. Fitted on the documented functions
 * of two libraries, one half of them, together with questions about something else (`evaluation/`); the other half confirms it.
 */
const CURVE = { base: -2.75, words: 6.94, spelling: 1.39 } as const;
/** How much less likely what follows is: fitted there too. */
const DECLINE = 8;

/** @param words what the best hit got of what it could get, 0–1 @param spelling its likeness by letters, 0–1 */
export function confidence(words: number, spelling: number): number {
  return 1 / (1 + Math.exp(-(CURVE.base + CURVE.words * words + CURVE.spelling * spelling)));
}

/** 0–1, never rising from a hit to the next. @param best the confidence in the first hit @param relative what this hit got in comparison with it */
export function scoreOf(best: number, relative: number): number {
  return Number((best * relative ** DECLINE).toFixed(4));
}
