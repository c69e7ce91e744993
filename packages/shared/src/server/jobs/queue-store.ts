import type { BackendFactory, IQueueBackend as QueueStore, Job, Queue, Worker, WorkerOptions } from "bullmq";
import { isConnectionLoss } from "../connection-loss.ts";

export type StoredQueue = Queue<unknown, unknown, string, unknown, unknown, string, QueueStore, object>;
export type StoredWorker = Worker<unknown, unknown, string, QueueStore, StoredProgress, object>;
export type StoredJob = Job<unknown, unknown, string, StoredProgress>;
export type StoredProgress = number | string | boolean | object;

/** What a queue holds now. Times are ISO strings. */
export interface QueueCounts {
  readonly queue: string;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  /** 0 where it was not asked for: on PostgreSQL it costs a pass over the history. */
  readonly completed: number;
  readonly oldestWaitingAt: string | null;
}

export interface CountOptions {
  readonly completed: boolean;
}

/** What happened in a queue since it was read before: to which jobs, or that more happened than is kept. */
export interface QueueNews {
  readonly ids: ReadonlySet<string>;
  readonly gap: boolean;
}

/** Follows the event streams of queues, for one reader. */
export interface IQueueEvents {
  /** By queue, those without news left out. The first reading of a queue is a gap. */
  read(queues: readonly string[]): Promise<ReadonlyMap<string, QueueNews>>;
  /** Until there may be news. Never rejects. */
  wait(signal: AbortSignal): Promise<void>;
}

export interface QueueWorkerOptions {
  readonly concurrency: number;
  readonly timing: QueueTiming;
}

/** How soon a killed worker's jobs run again: after `lockMs` without a sign of life and at most two checks. */
export interface QueueTiming {
  readonly lockMs: number;
  readonly stalledCheckMs: number;
}

export const DEFAULT_TIMING: QueueTiming = { lockMs: 10_000, stalledCheckMs: 2_000 };

export interface JobPlace {
  readonly queue: string;
  readonly id: string;
}

/** A job, and the state it is stored in. */
export interface StoredPlace {
  readonly id: string;
  readonly state: string;
}

/** How BullMQ is stored: the part that differs between PostgreSQL and Redis. */
export interface IQueueStore {
  readonly kind: "postgresql" | "redis";
  /** Makes BullMQ's storage for one queue or worker over the shared connections. */
  readonly factory: BackendFactory<QueueStore, object>;
  /** Worker options that suit this store. */
  readonly workerOptions: (timing: QueueTiming) => Partial<WorkerOptions<object>>;
  /** Options of every queue and worker, by the queue's name. */
  readonly namespace: (queue: string) => { readonly prefix?: string };
  /** Resolves when the store can be asked, at once while it is there; rejects when it is away. What is asked after that is asked now or never. */
  ready(): Promise<void>;
  /** Throws an `AppError` that says what to do when the store cannot be used. */
  check(): Promise<void>;
  /** What the jobs hold now, in that order; undefined for those that are gone. Asked in one go. */
  dataOf(jobs: readonly JobPlace[]): Promise<readonly unknown[]>;
  /** Jobs of a queue by their ids, behind one of them. Null: by state, where that has an order in which none is passed over. */
  readonly page: ((queue: string, after: string, count: number) => Promise<readonly StoredPlace[]>) | null;
  /** Null: ask each queue. */
  counts: ((options: CountOptions) => Promise<readonly QueueCounts[]>) | null;
  events(): IQueueEvents;
  /** Starts looking for jobs whose worker died. Returns the function that stops it. */
  watchStalled: ((workers: () => readonly StoredWorker[], timing: QueueTiming) => () => void) | null;
  /** Told when the store goes away, with what it said, and with null when it is back. */
  onAway: ((error: Error | null) => void) | null;
  /** Lets a worker end that waits for the store to come back. */
  abandon(worker: StoredWorker): void;
  close(): Promise<void>;
}

/** Whether the store is away, as opposed to refusing what was asked. */
export function isConnectionFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return isConnectionLoss({ code: "code" in error && typeof error.code === "string" ? error.code : "", message: error.message });
}

