import { realpathSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { hearThread } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import type { FoundFile } from "../search/FileFinder.ts";
import type { TreeChange, WorkerMessage, WorkerRequest } from "./worker-protocol.ts";

export interface TreeWatchListener {
  changed(changes: readonly TreeChange[]): void;
  /** Look again at everything. Comes once at the beginning, when everything is watched. */
  rescan(): void;
  git(): void;
}

/** A tree that is being watched. */
export interface ITreeWatch {
  /** Resolves when everything is watched. */
  readonly ready: Promise<void>;
  /** Files by parts of their names, the best first. Null when the watch has ended. */
  find(query: string, limit: number): Promise<readonly FoundFile[] | null>;
  close(): void;
}

/** Watches trees. The seam behind which the system's way of watching lies. */
export interface ITreeWatchers {
  watch(directory: string, listener: TreeWatchListener): ITreeWatch;
  close(): Promise<void>;
}

interface Open {
  readonly root: string;
  readonly listener: TreeWatchListener;
  readonly ready: PromiseWithResolvers<void>;
}

export function startTreeThread(): Worker {
  return new Worker(new URL("./tree-worker.ts", import.meta.url), { name: "workspace-watch" });
}

/** All trees of this process in one thread, which begins with the first of them and is begun anew when it fails. */
export class TreeWatchers implements ITreeWatchers {
  readonly #log: ILogger;
  readonly #startThread: () => Worker;
  #worker: Worker | undefined;
  #closed = false;
  #last = 0;
  readonly #open = new Map<number, Open>();
  readonly #asked = new Map<number, (files: readonly FoundFile[] | null) => void>();

  constructor(deps: { readonly log: ILogger; readonly startThread?: () => Worker }) {
    this.#log = deps.log;
    this.#startThread = deps.startThread ?? startTreeThread;
  }

  watch(directory: string, listener: TreeWatchListener): ITreeWatch {
    const tree = ++this.#last;
    const open: Open = { root: realpathSync.native(directory), listener, ready: Promise.withResolvers() };
    this.#open.set(tree, open);
    this.#send({ type: "open", tree, root: open.root });
    return {
      ready: open.ready.promise,
      find: (query, limit) => this.#find(tree, query, limit),
      close: () => {
        if (!this.#open.delete(tree)) return;
        open.ready.resolve();
        if (this.#worker) this.#send({ type: "close", tree });
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#open.clear();
    await this.#worker?.terminate();
  }

  #find(tree: number, query: string, limit: number): Promise<readonly FoundFile[] | null> {
    if (!this.#open.has(tree)) return Promise.resolve(null);
    const request = ++this.#last;
    return new Promise((resolve) => {
      this.#asked.set(request, resolve);
      this.#send({ type: "find", tree, request, query, limit });
    });
  }

  #send(request: WorkerRequest): void {
    this.#worker ??= this.#start();
    // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker.postMessage(request);
  }

  #start(): Worker {
    const worker = this.#startThread();
    worker.unref();
    hearThread(worker, (message: WorkerMessage) => this.#hear(message));
    worker.on("error", (err) => this.#log.error({ err }, "The thread that watches project files failed and is begun anew"));
    worker.once("exit", () => this.#restart(worker));
    return worker;
  }

  #restart(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const answer of this.#asked.values()) answer(null);
    this.#asked.clear();
    if (this.#closed) return;
    // Ready again is told as a rescan: nothing that happened in between stays unseen.
    for (const [tree, { root }] of this.#open) this.#send({ type: "open", tree, root });
  }

  #hear(message: WorkerMessage): void {
    if (message.type === "found") {
      this.#asked.get(message.request)?.(message.files);
      this.#asked.delete(message.request);
      return;
    }
    const open = this.#open.get(message.tree);
    if (!open) return;
    if (message.type === "changed") open.listener.changed(message.changes);
    else if (message.type === "git") open.listener.git();
    else open.listener.rescan();
    if (message.type !== "ready") return;
    open.ready.resolve();
    if (message.limited) this.#log.warn({ root: open.root, folders: message.folders }, "Some folders of a project are looked at every few seconds instead of watched. Raise fs.inotify.max_user_watches");
  }
}
