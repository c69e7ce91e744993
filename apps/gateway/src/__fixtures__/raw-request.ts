import { Agent, request } from "node:http";

export interface RawAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: unknown;
}

export interface RawRequest {
  readonly port: number;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** A request with exactly these headers, `Host` and `Origin` too, on a connection of its own. Rejects when there is nobody. */
export function rawRequest({ port, path, method = "GET", headers = {}, body }: RawRequest): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const text = body === undefined ? undefined : JSON.stringify(body);
  const sent = request({ host: "127.0.0.1", port, path, method, agent: new Agent({ keepAlive: false }), headers: { ...(text === undefined ? {} : { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) }), ...headers } });
  sent.on("error", reject);
  sent.on("response", (response) => {
    let received = "";
    response.setEncoding("utf8").on("data", (chunk: string) => (received += chunk));
    response.on("error", reject);
    response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: received === "" ? null : JSON.parse(received) }));
  });
  sent.end(text);
  return promise;
}
