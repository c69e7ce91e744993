import { parentPort, workerData } from "node:worker_threads";
import { lineOfMessage } from "./ripgrep-message.ts";

if (!(workerData instanceof Uint8Array)) throw new Error("There is no message to read");
// eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(lineOfMessage(Buffer.from(workerData).toString("utf8")));
