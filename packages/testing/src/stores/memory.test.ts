import { createMemoryDatabase } from "@coder/db";
import { laterByOwnClock } from "../contract/later.ts";
import { describeRepositoryContract } from "../repository-contract.ts";

describeRepositoryContract("memory", async () => {
  const database = createMemoryDatabase();
  return { database, outbox: database.outbox, later: laterByOwnClock, close: async () => {} };
});
