import { parentPort } from "node:worker_threads";
import { FolderAccess } from "@coder/work-tree";
import { QueueGauge } from "./queue-gauge.ts";
import { WatchedTree } from "./WatchedTree.ts";
import type { WorkerMessage, WorkerRequest } from "./worker-protocol.ts";

// The thread that watches all open trees of a process: its events are read at once, whatever the process is busy with.

const trees = new Map<number, WatchedTree>();
const gauge = new QueueGauge(() => {
  for (const tree of trees.values()) tree.suspect();
});
// eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const post = (message: WorkerMessage): void => parentPort?.postMessage(message);

parentPort?.on("message", (request: WorkerRequest) => {
  const { tree } = request;
  if (request.type === "open") {
    const watched = new WatchedTree({
      access: new FolderAccess(request.root),
      gauge,
      listener: {
        ready: (facts) => post({ type: "ready", tree, ...facts }),
        changed: (changes) => post({ type: "changed", tree, changes }),
        rescan: () => post({ type: "rescan", tree }),
        git: () => post({ type: "git", tree }),
      },
    });
    trees.set(tree, watched);
    watched.start();
  } else if (request.type === "close") {
    trees.get(tree)?.close();
    trees.delete(tree);
  } else void find(request);
});

async function find({ tree, request, query, limit }: Extract<WorkerRequest, { type: "find" }>): Promise<void> {
  const files = (await trees.get(tree)?.find(query, limit)) ?? null;
  post({ type: "found", request, files });
}
