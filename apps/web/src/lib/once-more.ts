/** Does one piece of work at a time. Whatever is asked for meanwhile is done as one, afterwards, and not before so long has passed. */
export function onceMore(pauseMs: number): (work: () => Promise<unknown>) => Promise<void> {
  let busy = false;
  let next: (() => Promise<unknown>) | null = null;
  return async (work) => {
    next = work;
    if (busy) return;
    busy = true;
    try {
      for (let first = true; next !== null; first = false) {
        if (!first) await new Promise((resolve) => setTimeout(resolve, pauseMs));
        const current: () => Promise<unknown> = next;
        next = null;
        await current();
      }
    } finally {
      busy = false;
    }
  };
}
