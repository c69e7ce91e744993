import type { CosmosDatabase, CosmosOptions } from "./cosmos-database.ts";

/** Connects, and makes the database when there is none. Its library is loaded now: a process on PostgreSQL does without. */
export async function openCosmos(options: CosmosOptions): Promise<CosmosDatabase> {
  const { connectCosmos } = await import("./cosmos-database.ts");
  return connectCosmos(options);
}
