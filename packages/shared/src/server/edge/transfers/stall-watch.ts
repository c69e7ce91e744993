interface StallWatchOptions {
  /** Grows with every byte. */
  readonly bytes: () => number;
  /** Whether it is the client that has to do something now. */
  readonly clientsTurn: () => boolean;
  readonly limitMs: number;
  readonly onStall: () => void;
}

const LOOKS = 8;

/** Ends a transfer whose client does nothing for `limitMs`, however long it takes as a whole. Returns the function that stops watching. */
export function watchForStall({ bytes, clientsTurn, limitMs, onStall }: StallWatchOptions): () => void {
  let seen = bytes();
  let still = 0;
  const timer = setInterval(() => {
    const now = bytes();
    still = now === seen && clientsTurn() ? still + 1 : 0;
    seen = now;
    if (still < LOOKS) return;
    clearInterval(timer);
    onStall();
  }, limitMs / LOOKS);
  return () => clearInterval(timer);
}
