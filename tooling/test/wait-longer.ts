import { vi } from "vitest";

// A busy machine is no fault of the product: after a stall, timers are due before what came meanwhile is read. What must be quick is measured elsewhere.
const { waitFor } = vi;
vi.waitFor = (callback, options) => waitFor(callback, typeof options === "number" ? options : { timeout: 30_000, ...options });
