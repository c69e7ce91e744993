import { parentPort } from "node:worker_threads";
import { failureOf, type ThreadAnswer, type ThreadMethods, type ThreadRequest } from "./thread-protocol.ts";

/** Makes this thread answer with these methods, one after the other. Large results are handed over instead of copied. */
export function serve(methods: ThreadMethods): void {
  const port = parentPort;
  if (!port) throw new Error("This runs as a thread only");
  let turn: Promise<void> = Promise.resolve();
  port.on("message", (request: ThreadRequest) => {
    turn = answer(request, turn);
  });

  async function answer({ id, method, argument }: ThreadRequest, before: Promise<void>): Promise<void> {
    await before;
    try {
      const value: unknown = await methods[method]?.(argument as never);
      port?.postMessage({ id, ok: true, value } satisfies ThreadAnswer, transferable(value));
    } catch (error) {
      port?.postMessage(failureOf(id, error));
    }
  }
}

/** The buffers of an answer's own bytes. */
function transferable(value: unknown): ArrayBuffer[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((field: unknown) => (field instanceof Uint8Array && field.buffer instanceof ArrayBuffer && field.byteLength === field.buffer.byteLength ? [field.buffer] : []));
}
