import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Servers that answer as they are told, for the time of a test file. */
export class TestServers {
  readonly #servers: Server[] = [];

  async open(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
  }
}

type Kind = "openai" | "anthropic";

/** The pieces of a streamed answer, as that provider sends them. */
export const wire = {
  begin: (kind: Kind): string => (kind === "openai" ? "" : event("message_start", { message: { usage: { input_tokens: 10, output_tokens: 1 } } })),
  text: (kind: Kind, text: string): string => (kind === "openai" ? data({ choices: [{ delta: { content: text } }] }) : event("content_block_delta", { index: 0, delta: { type: "text_delta", text } })),
  end: (kind: Kind): string =>
    kind === "openai"
      ? `${data({ choices: [{ delta: {}, finish_reason: "stop" }], usage: { prompt_tokens: 10, completion_tokens: 5 } })}data: [DONE]\n\n`
      : event("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } }) + event("message_stop", {}),
  headers: { "content-type": "text/event-stream" },
};

function data(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

function event(type: string, value: object): string {
  return `event: ${type}\n${data({ type, ...value })}`;
}
