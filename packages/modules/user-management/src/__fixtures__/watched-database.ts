import type { EntityDescriptor, IDatabase, IDatabaseScope, IRepository } from "@coder/db";
import type { z } from "zod";

const WRITES = new Set(["insert", "insertMany", "update", "updateMany", "delete", "deleteMany", "increment"]);

export interface Operation {
  readonly table: string;
  readonly method: string;
  readonly isWrite: boolean;
}

/** Runs around every call of a repository; it may wait, refuse, or do it. */
export type Around = <Result>(operation: Operation, call: () => Promise<Result>) => Promise<Result>;

/** A database in front of another, so that a test can choose the order of calls or stop in the middle. */
export class WatchedDatabase implements IDatabase {
  readonly #inner: IDatabase;
  readonly #around: Around;

  constructor(inner: IDatabase, around: Around) {
    this.#inner = inner;
    this.#around = around;
  }

  for(...args: Parameters<IDatabase["for"]>): IDatabaseScope {
    return this.#scope(this.#inner.for(...args));
  }

  system(...args: Parameters<IDatabase["system"]>): IDatabaseScope {
    return this.#scope(this.#inner.system(...args));
  }

  #scope(scope: IDatabaseScope): IDatabaseScope {
    const around = this.#around;
    return {
      repository<Schema extends z.ZodObject>(entity: EntityDescriptor<Schema>): IRepository<z.output<Schema> & { readonly id: string }> {
        return new Proxy(scope.repository(entity), {
          get(target, method) {
            const member: unknown = Reflect.get(target, method);
            if (typeof member !== "function" || typeof method !== "string") return member;
            return (...args: unknown[]): Promise<unknown> => around({ table: entity.table, method, isWrite: WRITES.has(method) }, async () => member.apply(target, args));
          },
        });
      },
    };
  }
}

export class ProcessDied extends Error {}

/** A process that dies before its write number `survives` + 1, and does nothing after that. */
export function dyingAfter(survives: number): { around: Around; readonly died: () => boolean } {
  let writes = 0;
  let dead = false;
  return {
    died: () => dead,
    around: async (operation, call) => {
      if (operation.isWrite && !dead) dead = writes++ >= survives;
      if (dead) throw new ProcessDied();
      return call();
    },
  };
}
