import type { z } from "zod";
import { pooledRandom } from "./pooled-random.ts";

const RANDOM_BYTES = 10;
let lastMs = 0;
let sequence = 0;

/**
 * A UUID version 7 (RFC 9562, method 1): sorts by the time it was made, and within this process also strictly by order,
 * even when the clock is set back. Give a branded id schema to get the branded type.
 */
export function newId(): string;
export function newId<Schema extends z.ZodType>(schema: Schema): z.output<Schema>;
export function newId(schema?: z.ZodType): unknown {
  const random = pooledRandom(RANDOM_BYTES);
  tick(Date.now(), random);
  const time = lastMs.toString(16).padStart(12, "0");
  const counter = sequence.toString(16).padStart(3, "0");
  const tail = hex(random.subarray(0, 8));
  const variant = ((random[8] ?? 0) & 0x3) | 0x8;
  const id = `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${variant.toString(16)}${tail.slice(0, 3)}-${tail.slice(3, 15)}`;
  return schema ? schema.parse(id) : id;
}

/** A fresh millisecond starts at a random low counter; a full counter borrows the next millisecond. */
function tick(now: number, random: Uint8Array): void {
  if (now > lastMs) {
    lastMs = now;
    sequence = (random[9] ?? 0) & 0xff;
  } else if (sequence < 0xfff) {
    sequence += 1;
  } else {
    lastMs += 1;
    sequence = 0;
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
