const AGAIN_MS = 3_000;

/**
 * Follows a live stream until the returned function is called. The link comes back by itself after a lost connection; where the server refused or ended the stream, of which
 * `begin` tells by `ended`, it is begun anew after a while, and `onEnded` is told.
 */
export function followStream(begin: (ended: () => void) => { unsubscribe(): void }, onEnded?: () => void): () => void {
  let left = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let current: { unsubscribe(): void } | null = null;
  const ended = () => {
    // A stream that was left ends too.
    if (left) return;
    clearTimeout(timer);
    timer = setTimeout(subscribe, AGAIN_MS);
    onEnded?.();
  };
  const subscribe = () => {
    current = begin(ended);
  };
  subscribe();
  return () => {
    left = true;
    clearTimeout(timer);
    current?.unsubscribe();
  };
}
