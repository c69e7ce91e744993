import { afterAll, beforeAll, describe } from "vitest";
import { describeEffects } from "./contract/effects-contract.ts";
import { describeReads } from "./contract/read-contract.ts";
import type { ContractStore, StoreLimits } from "./contract/store.ts";
import { describeTenancy } from "./contract/tenant-contract.ts";
import { describeWrites } from "./contract/write-contract.ts";

/** The one suite that every store passes. Call it at the top of a test file. */
export function describeRepositoryContract(name: string, open: () => Promise<ContractStore>, limits: StoreLimits = {}): void {
  describe(`repository contract on ${name}`, () => {
    let opened: ContractStore | null = null;
    const store = (): ContractStore => {
      if (!opened) throw new Error("The store is not open");
      return opened;
    };
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      await opened?.close();
    });
    describeReads(store, limits);
    describeWrites(store, limits);
    describeTenancy(store);
    describeEffects(store);
  });
}
