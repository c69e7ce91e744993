import { createServer, globalAgent, type RequestListener, type Server } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import { guardedFetch, type GuardedFetchOptions } from "./guarded-fetch.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
}

const guard = (more: Partial<GuardedFetchOptions> = {}) =>
  guardedFetch({ allowsPrivate: () => true, refusal: (host) => new Error(`refused ${host}`), maxAnswerBytes: 1_000, tooLong: (bytes) => new Error(`longer than ${bytes}`), ...more });

describe("a guarded fetch", () => {
  it("hands an answer on while it comes, and tells how much came", async () => {
    const go = Promise.withResolvers<void>();
    const counts: number[] = [];
    const url = await serve(async (_request, response) => {
      response.write("first");
      await go.promise;
      response.end("second");
    });
    const answer = await guard({ onBytes: (count) => counts.push(count) })(url);
    const reader = answer.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("first");
    go.resolve();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("second");
    expect((await reader?.read())?.done).toBe(true);
    expect(counts).toEqual([5, 6]);
  });

  it("asks no private address unless it may, and follows no redirection", async () => {
    let asked = 0;
    const url = await serve((_request, response) => {
      asked += 1;
      response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
    });
    await expect(guard({ allowsPrivate: () => false })(url)).rejects.toThrow("refused 127.0.0.1");
    await expect(guard({ allowsPrivate: (host) => host !== "localhost" })(url.replace("127.0.0.1", "localhost"))).rejects.toThrow("refused localhost");
    expect(asked).toBe(0);
    expect((await guard()(url)).status).toBe(302);
    expect(asked).toBe(1);
  });

  it("ends an answer that is too long, and one that is cut, and tells how it ended", async () => {
    const ends: string[] = [];
    const onEnd = (outcome: string): void => void ends.push(outcome);
    const long = await serve((_request, response) => void response.end("x".repeat(5_000)));
    await expect(guard({ onEnd })(long).then((answer) => answer.text())).rejects.toThrow("longer than 1000");
    const cut = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("some", () => response.destroy());
    });
    await expect(guard({ onEnd })(cut).then((answer) => answer.text())).rejects.toThrow();
    await guard({ onEnd, maxAnswerBytes: 10_000 })(long).then((answer) => answer.text());
    expect(ends).toEqual(["failed", "failed", "done"]);
  });

  it("keeps the connection when whoever reads leaves an answer that is as good as over", async () => {
    let connections = 0;
    const url = await serve((_request, response) => {
      response.write("all there is to read");
      setImmediate(() => response.end());
    });
    servers[0]?.on("connection", () => (connections += 1));
    const free = () => Object.keys(globalAgent.freeSockets).filter((place) => place.includes(new URL(url).port));
    for (let call = 0; call < 3; call += 1) {
      const reader = (await guard()(url)).body?.getReader();
      await reader?.read();
      await reader?.cancel();
      await vi.waitFor(() => expect(free()).toHaveLength(1));
    }
    expect(connections).toBe(1);
  });

  it("closes the connection when whoever reads leaves in the middle", async () => {
    const closed = Promise.withResolvers<void>();
    const url = await serve((request, response) => {
      request.socket.once("close", () => closed.resolve());
      response.write("first");
    });
    const reader = (await guard()(url)).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await closed.promise;
  });
});
