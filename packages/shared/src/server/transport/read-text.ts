import type { IncomingMessage } from "node:http";

/** Another process' whole answer. Rejects when it is larger than that, or breaks off. */
export async function readText(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError("Expected bytes");
    size += chunk.length;
    if (size > maxBytes) throw new Error(`Answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size).toString("utf8");
}
