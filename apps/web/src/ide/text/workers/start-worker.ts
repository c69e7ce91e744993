const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;

/**
 * A worker that runs. One whose code did not come never answers, and Monaco keeps it until the page is loaded again: another is made in its place, for as long as
 * it takes. What Monaco asks meanwhile waits for it.
 */
export async function startWorker(make: () => Worker): Promise<Worker> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
    const worker = make();
    if (await hasStarted(worker)) return worker;
    worker.terminate();
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Whether the first that comes of it is the word of `tell-started.ts`, and not that its code could not be fetched. */
async function hasStarted(worker: Worker): Promise<boolean> {
  const heard = new AbortController();
  const started = await new Promise<boolean>((resolve) => {
    worker.addEventListener("message", () => resolve(true), { signal: heard.signal });
    const fail = (event: Event) => {
      // Nobody else need hear of it.
      event.preventDefault();
      resolve(false);
    };
    worker.addEventListener("error", fail, { signal: heard.signal });
  });
  heard.abort();
  return started;
}
