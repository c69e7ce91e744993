import type { Worker } from "node:worker_threads";

/** Node in watch mode (`npm run dev`) tells which modules a thread loads by messages among the thread's own. */
const REPORTS = ["watch:import", "watch:require"];

/** Hears what the code of a thread says, and nothing else. What it returns ends that. */
export function hearThread<Message>(worker: Worker, hear: (message: Message) => void): () => void {
  const onMessage = (message: Message) => {
    if (!isReport(message)) hear(message);
  };
  worker.on("message", onMessage);
  return () => void worker.off("message", onMessage);
}

function isReport(message: unknown): boolean {
  return typeof message === "object" && message !== null && REPORTS.some((name) => name in message);
}
