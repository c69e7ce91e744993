import { focusRegion, focusStart } from "#shell/regions.ts";

/** About a second: afterwards a view whose code is here stands empty or says why it does not stand at all. */
const FOCUS_FRAMES = 60;

/**
 * Puts the focus into a view, once it is there. Returns what gives that up.
 *
 * @param code Fulfilled when its code is here, or cannot be had.
 */
export function focusView(id: string, code: Promise<void>, done: () => void): () => void {
  let frameId = 0;
  const over = new AbortController();
  let fetched = false;
  /** Where the focus is since the frames were over and the code was not here, unless somebody takes it elsewhere. */
  let waitingAt: { element: Element | null } | null = null;
  const find = () => document.querySelector<HTMLElement>(`[data-view="${id}"]`);
  // The next key is meant for it already.
  const now = find();
  const begun = now !== null && focusStart(now) ? document.activeElement : null;
  const dialogOf = () => document.activeElement?.closest("[role=dialog]") ?? null;
  /** It may be asked for in one, which is closing. */
  const asked = dialogOf();
  const attempt = (left: number) => {
    // Frames stand still while another window is in front: by then somebody may type elsewhere.
    const dialog = dialogOf();
    if (dialog !== null && dialog !== asked) return giveUp();
    // Whoever has gone elsewhere while it was waited for is not called back.
    if (waitingAt !== null && waitingAt.element !== document.activeElement) return giveUp();
    const view = find();
    // A menu that it was chosen from has given the focus back by now. Where it has nothing that it begins with, what can be used first will do, though not before that had its time to come.
    if (view && ((begun !== null && view.contains(document.activeElement)) || focusStart(view) || (left === 0 && fetched && focusRegion(view)))) {
      over.abort();
      done();
    } else if (left > 0) {
      // Until then keys go nowhere: not into the text that was left, nor to a button that happens to be there.
      if (view && !view.contains(document.activeElement)) view.focus({ preventScroll: true });
      if (waitingAt !== null) waitingAt.element = document.activeElement;
      frameId = requestAnimationFrame(() => attempt(left - 1));
    } else if (!fetched) {
      waitingAt = { element: document.activeElement };
      // Where nothing of the view is there that could hold it, somebody may go on typing where they were.
      document.addEventListener("beforeinput", giveUp, { capture: true, signal: over.signal });
    }
  };
  const giveUp = () => {
    over.abort();
    cancelAnimationFrame(frameId);
  };
  // Who presses elsewhere goes on there.
  document.addEventListener("pointerdown", (event) => {
    const view = find();
    if (view === null || !event.composedPath().includes(view)) giveUp();
  }, { capture: true, signal: over.signal });
  frameId = requestAnimationFrame(() => attempt(FOCUS_FRAMES));
  const onFetched = () => {
    fetched = true;
    if (!over.signal.aborted && waitingAt !== null) attempt(FOCUS_FRAMES);
  };
  void code.then(onFetched);
  return giveUp;
}
