import { Worker } from "node:worker_threads";
import { AppError } from "@coder/shared";
import { hearThread } from "@coder/shared/server";
import { threadEnded } from "../errors.ts";
import type { ThreadAnswer, ThreadMethods, ThreadRequest } from "./thread-protocol.ts";

/** Each method as it is called from outside. */
type Asked<Methods extends ThreadMethods> = { readonly [Name in keyof Methods]: (argument: Parameters<Methods[Name]>[0], transfer?: readonly ArrayBuffer[]) => Promise<Awaited<ReturnType<Methods[Name]>>> };

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread that computes while this one goes on. It can be ended at any time, also in the middle of a computation. */
export class Thread<Methods extends ThreadMethods> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #ended: unknown = null;

  /** @param script a module that calls `serve` */
  constructor(script: URL) {
    this.#worker = new Worker(script, { name: "embeddings", stdout: false, stderr: false });
    this.#worker.unref();
    hearThread(this.#worker, (answer: ThreadAnswer) => this.#settle(answer));
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", (code) => this.#fail(new Error(`The thread ended with code ${code}`)));
  }

  /** Whether it can still be asked. */
  get alive(): boolean {
    return this.#ended === null;
  }

  /** Fails with `index_thread_ended` (503) when the thread ends before it answers. */
  ask: Asked<Methods> = new Proxy({} as Asked<Methods>, {
    get: (_target, method) => (argument: unknown, transfer: readonly ArrayBuffer[] = []) => this.#ask(String(method), argument, transfer),
  });

  /** Ends it at once. What waits for it fails with the reason. */
  async end(reason: unknown = new Error("The thread was ended")): Promise<void> {
    this.#fail(reason);
    await this.#worker.terminate();
  }

  #ask(method: string, argument: unknown, transfer: readonly ArrayBuffer[]): Promise<never> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) return reject(threadEnded(this.#ended));
      const id = this.#asked++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ id, method, argument } satisfies ThreadRequest, [...transfer]);
    });
  }

  #settle(answer: ThreadAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    // Nobody waits for it any more: it does not keep the process alive.
    if (this.#waiting.size === 0) this.#worker.unref();
    if (answer.ok) return waiting?.resolve(answer.value as never);
    waiting?.reject(answer.refusal ? AppError.fromJSON(answer.refusal) : Object.assign(new Error(answer.message), { stack: answer.stack }));
  }

  #fail(reason: unknown): void {
    this.#ended ??= reason;
    for (const { reject } of this.#waiting.values()) reject(reason instanceof AppError ? reason : threadEnded(reason));
    this.#waiting.clear();
  }
}
