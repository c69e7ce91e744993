import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { NamedTransfer } from "../edge/transfers/transfer-meta.ts";
import type { PassedAnswer, TransferBinding, TransferCall } from "../transfers/handle-transfer.ts";
import { answered, open, passportOf, textOf, type RemoteRequestDeps } from "./remote-request.ts";

const PASSED_HEADERS = ["content-type", "content-length", "content-disposition", "content-range", "accept-ranges", "etag"] as const;

/** A transfer of a module in another process: the bytes are passed on as they come, both ways. */
export function remoteTransfer(deps: RemoteRequestDeps, { name, definition }: NamedTransfer): TransferBinding {
  return {
    definition,
    run: async (call) => {
      const url = new URL(`/internal/transfers/${name}`, deps.url);
      url.searchParams.set("input", JSON.stringify(call.input));
      const headers = await passportOf(deps, call);
      if (definition.method !== "GET") return definition.output.parse(JSON.parse(await textOf(deps, await upload(deps, url, definition.method, headers, call))));
      const range = call.wire.range === undefined ? {} : { range: call.wire.range };
      const request = open(url, { method: "GET", headers: { ...headers, ...range } }, call.signal);
      request.end();
      return passed(await answered(deps, request));
    },
  };
}

async function upload(deps: RemoteRequestDeps, url: URL, method: "PUT" | "POST", headers: OutgoingHttpHeaders, { wire, signal }: TransferCall): Promise<IncomingMessage> {
  // How much is too much is known there.
  const { body, length } = wire.receive(Number.MAX_SAFE_INTEGER);
  const size = length === null ? {} : { "content-length": length };
  const request = open(url, { method, headers: { ...headers, ...size, "content-type": "application/octet-stream" } }, signal);
  body.once("error", (error) => request.destroy(error));
  body.pipe(request);
  try {
    return await answered(deps, request);
  } finally {
    // It may be refused before its end.
    body.unpipe(request);
  }
}

function passed(response: IncomingMessage): PassedAnswer {
  const headers = PASSED_HEADERS.flatMap((name) => {
    const value = response.headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { passed: { status: response.statusCode ?? 200, headers: Object.fromEntries(headers), content: response } };
}
