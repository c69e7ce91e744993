import type { Readable } from "node:stream";
import { z } from "zod";
import { AppErrorDataSchema } from "../../app-error.ts";

/** One line of a live stream between two processes; an empty one only keeps the connection. */
export const StreamLineSchema = z.union([z.object({ item: z.unknown() }), z.object({ error: AppErrorDataSchema }), z.object({ done: z.literal(true) })]);
export type StreamLine = z.infer<typeof StreamLineSchema>;

export const KEEP_ALIVE_MS = 10_000;
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Lines as they arrive. Rejects when the connection breaks off. */
export async function* streamLines(source: Readable): AsyncGenerator<StreamLine, void, undefined> {
  let rest = "";
  for await (const chunk of source.setEncoding("utf8")) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE_BYTES) throw new Error(`A line is longer than ${MAX_LINE_BYTES} characters`);
    for (const line of lines) if (line !== "") yield StreamLineSchema.parse(JSON.parse(line));
  }
}
