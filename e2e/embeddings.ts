import { createServer, type ServerResponse } from "node:http";
import { z } from "zod";

/** How the server behaves; `silent` takes a request and never answers. */
export type Manner = "works" | "refuses the key" | "other dimensions" | "silent";

const RequestSchema = z.object({ model: z.string(), input: z.array(z.string()) });
/** Words that mean the same to this model. */
const THEMES: readonly RegExp[] = [/cart|basket|price|cost|total/gi, /session|sign|login|token/gi, /distance|letter|spell|edit/gi];

export interface EmbeddingsServer {
  readonly url: string;
  manner: Manner;
  /** Every text that was sent here, with the key that came along. */
  readonly received: { readonly text: string; readonly key: string | undefined }[];
  /** Refuses connections until it is started again, at the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** An OpenAI-compatible server of embeddings on this machine. */
export async function startEmbeddings(): Promise<EmbeddingsServer> {
  const http = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const { input } = RequestSchema.parse(JSON.parse(Buffer.concat(pieces).toString()));
      made.received.push(...input.map((text) => ({ text, key: request.headers.authorization })));
      answer(made.manner, input, response);
    });
  });
  const listen = (port: number) => new Promise<void>((resolve) => void http.listen(port, "127.0.0.1", resolve));
  await listen(0);
  const address = http.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const made: EmbeddingsServer = {
    url: `http://127.0.0.1:${port}/v1`,
    manner: "works",
    received: [],
    start: () => listen(port),
    stop: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return made;
}

function answer(manner: Manner, input: readonly string[], response: ServerResponse): void {
  if (manner === "silent") return;
  if (manner === "refuses the key") {
    response.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify({ error: { message: "Incorrect API key provided" } }));
    return;
  }
  const vectorOf = (text: string) => (manner === "other dimensions" ? [1, 0] : [...THEMES.map((theme) => (text.match(theme) ?? []).length), 0.01]);
  const data = input.map((text, index) => ({ object: "embedding", index, embedding: vectorOf(text) }));
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ object: "list", data, model: "themes-1", usage: { prompt_tokens: 1, total_tokens: 1 } }));
}
