import type { Caller } from "@coder/shared";
import type { IOutbox, OutboxItem } from "@coder/shared/server";
import type { z } from "zod";
import { CursorSealer } from "../cursor.ts";
import type { IDatabase, IDatabaseScope, SystemReason } from "../database.ts";
import type { EntityDescriptor } from "../entity.ts";
import { EntityRepository } from "../entity-repository.ts";
import { REFUSED_FOR_SECONDS } from "../outbox-item.ts";
import type { IRepository } from "../repository.ts";
import { SystemWork } from "../system-work.ts";
import type { Access } from "../tenant.ts";
import { MemoryDriver } from "./memory-driver.ts";
import { MemoryStore } from "./memory-store.ts";

/** The outbox of a memory database; `items` shows what waits there, oldest first. */
export interface IMemoryOutbox extends IOutbox {
  readonly items: readonly OutboxItem[];
}

/** Holds everything in this process: for tests, and to try the product out. The same rules as the databases, nothing kept. */
export class MemoryDatabase implements IDatabase {
  readonly outbox: IMemoryOutbox;
  readonly systemWork: SystemWork;
  readonly #store = new MemoryStore();
  readonly #cursors = new CursorSealer("memory");

  constructor({ onSystemWork }: { readonly onSystemWork?: (reason: SystemReason) => void } = {}) {
    this.systemWork = new SystemWork(onSystemWork);
    const { items } = this.#store;
    const refusedUntil = new Map<string, number>();
    this.outbox = {
      items,
      claim: async (limit) => structuredClone(items.filter(({ id }) => !((refusedUntil.get(id) ?? 0) > Date.now())).slice(0, limit)),
      markDone: async (ids) => {
        for (const id of ids) {
          const index = items.findIndex((item) => item.id === id);
          if (index >= 0) items.splice(index, 1);
          refusedUntil.delete(id);
        }
      },
      refuse: async (refused) => {
        for (const { id } of refused) refusedUntil.set(id, Date.now() + REFUSED_FOR_SECONDS * 1_000);
      },
      onWrite: async (listener) => {
        const stop = this.#store.onWrite(listener);
        return async () => stop();
      },
    };
  }

  for(caller: Caller): IDatabaseScope {
    return this.#scope({ kind: "caller", caller });
  }

  system(reason: SystemReason): IDatabaseScope {
    this.systemWork.note(reason);
    return this.#scope({ kind: "system", reason });
  }

  #scope(access: Access): IDatabaseScope {
    const [store, cursors] = [this.#store, this.#cursors];
    return {
      repository<Schema extends z.ZodObject>(entity: EntityDescriptor<Schema>): IRepository<z.output<Schema> & { readonly id: string }> {
        const driver = new MemoryDriver({ entity, store });
        return new EntityRepository<z.output<Schema> & { readonly id: string }>({ entity, access, driver, cursors });
      },
    };
  }
}

export function createMemoryDatabase(): MemoryDatabase {
  return new MemoryDatabase();
}
