import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface EmbeddingsRequest {
  readonly url: string;
  readonly key: string | null;
  readonly model: string;
  readonly input: readonly string[];
  readonly dimensions: number | undefined;
}

export type Answer = (request: EmbeddingsRequest, response: ServerResponse, raw: IncomingMessage) => void;

export interface EmbeddingsServer {
  readonly url: string;
  readonly requests: EmbeddingsRequest[];
  answer: Answer;
  close(): Promise<void>;
}

/** A server that does what the test says: also what no server should. */
export async function startEmbeddingsServer(answer: Answer): Promise<EmbeddingsServer> {
  const requests: EmbeddingsRequest[] = [];
  const http = createServer((raw, response) => {
    const pieces: Buffer[] = [];
    raw.on("data", (piece: Buffer) => pieces.push(piece));
    raw.on("end", () => {
      const body = JSON.parse(Buffer.concat(pieces).toString() || "{}") as { model: string; input: string[]; dimensions?: number };
      const request = { url: raw.url ?? "", key: raw.headers.authorization ?? null, model: body.model, input: body.input, dimensions: body.dimensions };
      requests.push(request);
      server.answer(request, response, raw);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const server: EmbeddingsServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1`,
    requests,
    answer,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return server;
}

/** Answers with vectors, in any order. */
export function vectorsOf(embed: (text: string) => readonly number[]): Answer {
  return ({ input }, response) => {
    const data = input.map((text, index) => ({ object: "embedding", index, embedding: embed(text) })).reverse();
    json(response, 200, { object: "list", data, model: "test", usage: { prompt_tokens: 1, total_tokens: 1 } });
  };
}

export function json(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** A model that knows a few words for the same thing. */
export function meaningOf(text: string): number[] {
  const THEMES = [/cart|basket|price|cost|total/gi, /session|sign|login|token/gi, /distance|letter|spell|edit/gi];
  return [...THEMES.map((theme) => (text.match(theme) ?? []).length), 0.01];
}
