import { isAppError } from "../../app-error.ts";
import { ConfigError } from "../config/config-error.ts";
import type { Host } from "./start-host.ts";

const LINGER_MS = 500;
const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/**
 * Runs a host as a process: tells the launcher when it is ready, drains on SIGTERM and SIGINT, and ends with 0 after a drain, 1 when it could not
 * start or drain. What could not start is said on standard error, because there may be no log yet.
 */
export async function runUntilSignal(start: () => Promise<Host>): Promise<void> {
  let host: Host;
  try {
    host = await start();
  } catch (error) {
    process.stderr.write(`${startProblem(error)}\n`);
    process.exitCode = 1;
    return;
  }
  const ended = Promise.withResolvers<string>();
  for (const signal of SIGNALS) process.once(signal, () => ended.resolve(signal));
  // A launcher that died leaves nobody to stop us: its channel closing is as good as a signal.
  process.once("disconnect", () => ended.resolve("disconnect"));
  // It may die in this very moment: then nobody hears, and "disconnect" follows.
  if (process.connected) process.send?.({ type: "ready", url: host.url }, () => undefined);
  else if (process.send) ended.resolve("disconnect");
  host.log.info({ url: host.url }, "Ready");
  const signal = await ended.promise;
  host.log.info({ signal }, "Draining");
  try {
    await host.stop();
    process.exitCode = 0;
  } catch (error) {
    host.log.error({ err: error }, "Drain failed");
    process.exitCode = 1;
  }
  if (process.connected) process.disconnect();
  // Whatever still holds on ends here; nothing to wait for was left.
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

function startProblem(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (isAppError(error)) return `${error.message}\n${error.remedy}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
