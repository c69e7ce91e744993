import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, it, onTestFinished, vi } from "vitest";
import { hearThread } from "./hear-thread.ts";

it("hears what a thread says, not which modules it loads in watch mode, until it is told to stop", async () => {
  vi.stubEnv("WATCH_REPORT_DEPENDENCIES", "1");
  onTestFinished(() => void vi.unstubAllEnvs());
  const code = `import { parentPort } from "node:worker_threads"; import "node:path"; parentPort.on("message", (message) => parentPort.postMessage({ echo: message })); parentPort.postMessage("begun");`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
  onTestFinished(() => void worker.terminate());
  const [all, heard]: [unknown[], unknown[]] = [[], []];
  worker.on("message", (message) => all.push(message));
  const stop = hearThread(worker, (message) => heard.push(message));
  while (!heard.includes("begun")) await once(worker, "message");
  expect(heard).toEqual(["begun"]);
  expect(all.length, "the reports of watch mode came too").toBeGreaterThan(1);
  stop();
  worker.postMessage("again", []);
  while (!all.some((message) => typeof message === "object" && message !== null && "echo" in message)) await once(worker, "message");
  expect(heard).toEqual(["begun"]);
});
