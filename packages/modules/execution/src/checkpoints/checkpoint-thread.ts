import { parentPort } from "node:worker_threads";
import { isAppError } from "@coder/shared";
import { fullDisk } from "../full-disk.ts";
import { ProjectCheckpoints, type CheckpointPlaces } from "./ProjectCheckpoints.ts";
import type { CheckpointAnswer, CheckpointCall } from "./thread-protocol.ts";

// The thread that walks trees and reads packs: the process goes on answering meanwhile.

parentPort?.on("message", ({ id, places, call }: { readonly id: number; readonly places: CheckpointPlaces; readonly call: CheckpointCall }) => {
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage({ id, ...answerTo(places, call) });
});

function answerTo(places: CheckpointPlaces, call: CheckpointCall): CheckpointAnswer {
  try {
    const checkpoints = new ProjectCheckpoints(places);
    try {
      return { value: perform(checkpoints, call) };
    } finally {
      checkpoints.close();
    }
  } catch (thrown) {
    const error = isAppError(thrown) ? thrown : fullDisk(thrown);
    if (isAppError(error)) return { refused: { kind: error.kind, code: error.code, message: error.message, remedy: error.remedy, details: error.details } };
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function perform(checkpoints: ProjectCheckpoints, call: CheckpointCall): unknown {
  switch (call.name) {
    case "take":
      return checkpoints.take();
    case "changes":
      return checkpoints.changes(call.before, call.after);
    case "withMade":
      return checkpoints.withMade(call.root, call.made);
    case "preview":
      return checkpoints.preview(call.request);
    case "begin":
      return checkpoints.begin(call.checkpointId, call.request, call.fingerprint);
    case "pending":
      return checkpoints.pending();
    case "finish":
      return checkpoints.finish();
    case "forget":
      return checkpoints.forget();
    case "collect":
      return checkpoints.collect(call.roots);
  }
}
