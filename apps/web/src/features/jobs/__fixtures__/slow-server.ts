import type { Job, JobChanges } from "@coder/api/dashboard";
import type { AppRouter } from "@coder/api/root";
import { TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";

/** Begins every stream at once, and answers for a list when it is let. */
export class SlowServer {
  readonly streams: { tell(changes: Partial<JobChanges>): void; miss(): void; refuse(): void; end(): void }[] = [];
  readonly lists: { answer(...items: Job[]): void; refuse(): void }[] = [];

  readonly link: TRPCLink<AppRouter> = () => ({ op }) =>
    observable((observer) => {
      const send = (data: unknown) => observer.next({ result: { type: "data", data } });
      const refuse = () => observer.error(TRPCClientError.from(new Error("away")));
      if (op.type === "subscription") {
        const tell = (changes: Partial<JobChanges>) => send({ id: "1", data: { event: { jobs: [], removed: [], more: false, ...changes } } });
        this.streams.push({ tell, miss: () => send({ id: "1", data: { gap: true } }), refuse, end: () => observer.complete() });
        observer.next({ result: { type: "started" } });
        return;
      }
      const answer = (...items: Job[]) => {
        send({ items, nextCursor: null });
        observer.complete();
      };
      this.lists.push({ answer, refuse });
    });
}
