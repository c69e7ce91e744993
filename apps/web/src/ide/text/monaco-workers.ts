import type { Environment } from "monaco-editor";
import { startWorker } from "./workers/start-worker.ts";

declare global {
  interface Window {
    MonacoEnvironment?: Environment;
  }
}

window.MonacoEnvironment = { getWorker: (_id, label) => startWorker(() => makeWorker(label)) };

// Each address stands in full where the worker is made: the bundler finds them there and serves them from this origin.
function makeWorker(label: string): Worker {
  switch (label) {
    case "json":
      return new Worker(new URL("./workers/json.worker.ts", import.meta.url), { type: "module" });
    case "css":
    case "scss":
    case "less":
      return new Worker(new URL("./workers/css.worker.ts", import.meta.url), { type: "module" });
    case "html":
    case "handlebars":
    case "razor":
      return new Worker(new URL("./workers/html.worker.ts", import.meta.url), { type: "module" });
    case "typescript":
    case "javascript":
      return new Worker(new URL("./workers/typescript.worker.ts", import.meta.url), { type: "module" });
    default:
      return new Worker(new URL("./workers/editor.worker.ts", import.meta.url), { type: "module" });
  }
}
