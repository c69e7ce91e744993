import { randomFillSync } from "node:crypto";

/** For thousands of small values: asking the system for each alone costs more than all that is done with it. */
const pool = new Uint8Array(4_096);
let used = pool.length;

/** So many random bytes (at most 4,096), each given out once. To be read before anything else asks. */
export function pooledRandom(size: number): Uint8Array {
  if (used + size > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += size;
  return pool.subarray(used - size, used);
}
