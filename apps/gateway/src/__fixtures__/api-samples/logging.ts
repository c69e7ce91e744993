import { z } from "zod";
import type { ApiSamples } from "../contract-world.ts";

const EntriesSchema = z.object({ items: z.array(z.looseObject({ id: z.string() })).min(1) });

export const samples: ApiSamples = (world) => ({
  "logging.getEntry": async () => ({ id: (await world.askAs("owner", EntriesSchema, "GET", "/logs")).items[0]?.id }),
});
