// Imported last: all of the worker's code is here. `start-worker.ts` waits for it.
// eslint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
self.postMessage("started");
