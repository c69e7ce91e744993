import { Worker } from "node:worker_threads";
import { AppError, type AppErrorData } from "@coder/shared";
import { hearThread } from "@coder/shared/server";
import type { SentenceReading, StartGenerationInput, Target } from "@coder/api/code-generation";
import { engineEnded, engineTimeout } from "../errors.ts";
import type { Made } from "../engine/made.ts";
import type { Snapshot } from "../engine/snapshot.ts";

export type GenerationRequest = Pick<StartGenerationInput, "generator" | "input">;

export interface EngineTasks {
  readonly describe: { readonly input: { readonly snapshot: Snapshot }; readonly output: Omit<Target, "projectId"> };
  readonly read: { readonly input: { readonly snapshot: Snapshot; readonly sentence: string }; readonly output: SentenceReading };
  readonly generate: { readonly input: { readonly snapshot: Snapshot; readonly request: GenerationRequest }; readonly output: Made };
}

export type EngineRequest = { readonly [Name in keyof EngineTasks]: { readonly task: Name; readonly input: EngineTasks[Name]["input"] } }[keyof EngineTasks];
export type EngineAnswer = { readonly ok: true; readonly output: unknown } | { readonly ok: false; readonly refusal: AppErrorData | null; readonly message: string; readonly stack: string | undefined };

/** Loading the compiler takes longer than most tasks: a thread that has it waits so long for the next one. */
const IDLE_MS = 60_000;

/** Computes in threads, one task at a time in each: parsing a project's sources would hold up everything else. */
export class Engine {
  readonly #timeoutSeconds: () => number;
  #idle: { readonly worker: Worker; readonly timer: NodeJS.Timeout } | null = null;

  constructor(deps: { readonly timeoutSeconds: () => number }) {
    this.#timeoutSeconds = deps.timeoutSeconds;
  }

  /** Ends at once when `signal` aborts, with its reason. `generation_timeout` (504), `generation_thread_ended` (503). */
  async run<Name extends keyof EngineTasks>(task: Name, input: EngineTasks[Name]["input"], signal: AbortSignal): Promise<EngineTasks[Name]["output"]> {
    signal.throwIfAborted();
    const worker = this.#take();
    const seconds = this.#timeoutSeconds();
    const answer = await new Promise<EngineAnswer>((resolve, reject) => {
      const fail = (reason: unknown) => {
        void worker.terminate();
        settle(() => reject(reason));
      };
      const onAbort = () => fail(signal.reason);
      const onError = (error: unknown) => fail(engineEnded(error));
      const onExit = (code: number) => fail(engineEnded(new Error(`The thread ended with code ${code}`)));
      const timer = setTimeout(() => fail(engineTimeout(seconds)), seconds * 1_000);
      const settle = (then: () => void) => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
        stopHearing();
        worker.off("exit", onExit).off("error", onError);
        then();
      };
      const stopHearing = hearThread(worker, (message: EngineAnswer) => settle(() => resolve(message)));
      signal.addEventListener("abort", onAbort, { once: true });
      worker.on("exit", onExit).on("error", onError);
      worker.ref();
      worker.postMessage({ task, input }, []);
    });
    this.#giveBack(worker);
    if (answer.ok) return answer.output as EngineTasks[Name]["output"];
    throw answer.refusal ? AppError.fromJSON(answer.refusal) : Object.assign(new Error(answer.message), { stack: answer.stack });
  }

  async stop(): Promise<void> {
    const idle = this.#idle;
    this.#idle = null;
    clearTimeout(idle?.timer);
    await idle?.worker.terminate();
  }

  #take(): Worker {
    const idle = this.#idle;
    this.#idle = null;
    clearTimeout(idle?.timer);
    return idle?.worker ?? this.#begin();
  }

  #begin(): Worker {
    const worker = new Worker(new URL("./engine-thread.ts", import.meta.url), { name: "code-generation" });
    // One that fails while nobody waits for it must not end the process.
    worker.on("error", () => undefined);
    worker.once("exit", () => {
      if (this.#idle?.worker === worker) this.#idle = null;
    });
    return worker;
  }

  #giveBack(worker: Worker): void {
    worker.unref();
    if (this.#idle) return void worker.terminate();
    this.#idle = { worker, timer: setTimeout(() => void this.stop(), IDLE_MS).unref() };
  }
}
