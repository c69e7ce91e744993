import { enableCompileCache, flushCompileCache } from "node:module";

/** Started by `startWorkerProcess`. Many are killed in one test: compiled code is kept for the next, which starts in half the time. */
enableCompileCache();
await import("./worker-jobs.ts");
flushCompileCache();
