// Loaded into Next's server (`--import`): if the launcher is killed, it ends by itself. Our own programs see the channel close without help.
import { isMainThread } from "node:worker_threads";

const DRAIN_MS = 30_000;
/** Processes that Next forks load this too; their channel is Next's own. */
const startedByLauncher = process.env["_CODER_LAUNCHER"] === String(process.ppid);

if (isMainThread && process.channel && startedByLauncher) {
  process.on("disconnect", () => {
    setTimeout(() => process.exit(1), DRAIN_MS).unref();
    process.kill(process.pid, "SIGTERM");
  });
  // The listener must not be what keeps the process alive.
  process.channel.unref();
}
