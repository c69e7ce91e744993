/** Where in a chunk a term stands. `symbol`: in its qualified name. `path`: in the last parts of its file's path. */
export interface TermCounts {
  readonly symbol: number;
  readonly path: number;
  readonly doc: number;
  readonly body: number;
}

const MAX_SYMBOL = 7;
const MAX_PATH = 1;
const MAX_DOC = 15;
const MAX_BODY = 255;

/** In 16 bits: 3 for the symbol, 1 for the path, 4 for the documentation, 8 for the body. What is above that counts as the most: by then it makes no difference. */
export function packCounts(symbol: number, path: number, doc: number, body: number): number {
  return (Math.min(symbol, MAX_SYMBOL) << 13) | (Math.min(path, MAX_PATH) << 12) | (Math.min(doc, MAX_DOC) << 8) | Math.min(body, MAX_BODY);
}

export const symbolCount = (packed: number): number => packed >>> 13;
export const pathCount = (packed: number): number => (packed >>> 12) & MAX_PATH;
export const docCount = (packed: number): number => (packed >>> 8) & MAX_DOC;
export const bodyCount = (packed: number): number => packed & MAX_BODY;
export const nameCount = (packed: number): number => symbolCount(packed) + pathCount(packed);
