import { z } from "zod";

/** JSON, put in place by `next.config.ts`. */
declare const MONACO_BUNDLE_ADDRESSES: string;

/** Where Monaco is in this site: its module, what that imports before it can run, and its style sheet. */
export const MONACO_BUNDLE = z.object({ script: z.string(), imports: z.array(z.string()), styles: z.string() }).readonly().parse(JSON.parse(MONACO_BUNDLE_ADDRESSES));
