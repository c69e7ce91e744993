import { Stopped } from "./problem.mjs";

/**
 * The first Ctrl-C (or SIGTERM, or the terminal's end) stops in order; the second one at once.
 *
 * @param {{ onSecond: () => void }} options
 */
export function onStopSignals({ onSecond }) {
  const controller = new AbortController();
  /** @type {Promise<void>} */
  const stopped = new Promise((resolve) => controller.signal.addEventListener("abort", () => resolve(), { once: true }));
  const listener = (/** @type {NodeJS.Signals} */ by) => {
    if (controller.signal.aborted) onSecond();
    else controller.abort(new Stopped(by));
  };
  const names = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  for (const name of names) process.on(name, listener);
  // A closed terminal must not end the launcher before it has ended its processes.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  return {
    signal: controller.signal,
    stopped,
    dispose: () => names.forEach((name) => process.off(name, listener)),
  };
}
