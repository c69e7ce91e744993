/** Where in a text, one-based as editors show it. */
export interface TextPlace {
  readonly line: number;
  readonly column?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

export interface OpenEditorOptions {
  /** Only look at it: the tab is replaced by the next one. */
  readonly preview?: boolean;
  /** In the other group, which is made where there is none. */
  readonly beside?: boolean;
  /** Selected and brought into view. */
  readonly at?: TextPlace;
  /** Leaves the focus where it is. */
  readonly keepFocus?: boolean;
}
