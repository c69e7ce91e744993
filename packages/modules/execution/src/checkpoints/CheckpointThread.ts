import { Worker } from "node:worker_threads";
import { AppError } from "@coder/shared";
import { hearThread } from "@coder/shared/server";
import type { BegunRestore, ChangedPath, CheckpointPlaces, FinishedRestore, RestorePreview, RestoreRequest, Taken } from "./ProjectCheckpoints.ts";
import type { MadeFile } from "./tree/change-tree.ts";
import { lockStore } from "./StoreLock.ts";
import type { CheckpointAnswer, CheckpointCall } from "./thread-protocol.ts";

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Checkpoints of all projects, in one thread of this process that begins with the first of them. One call at a time per project, over all processes of the machine. */
export class CheckpointThread {
  #worker: Worker | undefined;
  #last = 0;
  readonly #waiting = new Map<number, Waiting>();

  /** Several calls on one project that nobody comes between. */
  async holding<Result>(places: CheckpointPlaces, work: (checkpoints: IHeldCheckpoints) => Promise<Result>): Promise<Result> {
    await using _lock = await lockStore(places.store);
    return work(this.#held(places));
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }

  #held(places: CheckpointPlaces): IHeldCheckpoints {
    return {
      take: () => this.#call(places, { name: "take" }),
      changes: (before, after) => this.#call(places, { name: "changes", before, after }),
      withMade: (root, made) => this.#call(places, { name: "withMade", root, made }),
      preview: (request) => this.#call(places, { name: "preview", request }),
      begin: (checkpointId, request, fingerprint) => this.#call(places, { name: "begin", checkpointId, request, fingerprint }),
      pending: () => this.#call(places, { name: "pending" }),
      finish: () => this.#call(places, { name: "finish" }),
      forget: () => this.#call(places, { name: "forget" }),
      collect: (roots) => this.#call(places, { name: "collect", roots }),
    };
  }

  /** The types of the answers are those of `ProjectCheckpoints`, which the thread calls. */
  #call<Result>(places: CheckpointPlaces, call: CheckpointCall): Promise<Result> {
    const id = ++this.#last;
    const worker = (this.#worker ??= this.#start());
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.set(id, { resolve: (value) => resolve(value as Result), reject });
    worker.ref();
    // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage({ id, places, call });
    return promise;
  }

  #start(): Worker {
    const worker = new Worker(new URL("./checkpoint-thread.ts", import.meta.url), { name: "execution-checkpoints" });
    hearThread(worker, (message: { readonly id: number } & CheckpointAnswer) => {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (this.#waiting.size === 0) worker.unref();
      if ("refused" in message) waiting?.reject(AppError.fromJSON({ ...message.refused, details: message.refused.details }));
      else if ("failed" in message) waiting?.reject(new Error(message.failed));
      else waiting?.resolve(message.value);
    });
    const end = (error: unknown): void => {
      if (this.#worker === worker) this.#worker = undefined;
      for (const waiting of this.#waiting.values()) waiting.reject(error);
      this.#waiting.clear();
    };
    worker.on("error", end);
    worker.once("exit", () => end(new Error("The thread for checkpoints ended")));
    return worker;
  }
}

/** The checkpoints of a project while nobody else can reach them. */
export interface IHeldCheckpoints {
  take(): Promise<Taken>;
  changes(before: string, after: string): Promise<ChangedPath[]>;
  withMade(root: string, made: readonly MadeFile[]): Promise<string>;
  preview(request: RestoreRequest): Promise<RestorePreview>;
  begin(checkpointId: string, request: RestoreRequest, fingerprint: string | null): Promise<BegunRestore>;
  pending(): Promise<string | null>;
  finish(): Promise<FinishedRestore | null>;
  forget(): Promise<void>;
  collect(roots: readonly string[]): Promise<number>;
}
