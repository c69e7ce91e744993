/** Lines `baseStart` to `baseEnd` (0-based, end not included) are replaced by lines `newStart` to `newEnd` of the other text. */
export interface Edit {
  readonly baseStart: number;
  readonly baseEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}
