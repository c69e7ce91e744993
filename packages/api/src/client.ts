import type { AppError } from "@coder/shared";
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink, type TRPCClient } from "@trpc/client";
import type { AnyRouter } from "@trpc/server";
import { clientError, headersOf, type CoderClientOptions } from "./client-options.ts";
import { liveSource, type LiveFetch } from "./live-source.ts";
import type { AppRouter } from "./root.generated.ts";

export type { CoderClientOptions } from "./client-options.ts";
export { createTransferClient } from "./transfer-client.ts";
export type { TransferClient } from "./transfer-client.ts";
export { liveSource } from "./live-source.ts";
export type { ILiveDemand, LiveFetch, LiveSourceOptions } from "./live-source.ts";

/** Every operation, typed: `client.logging.listEntries.query({ limit: 10 })`. Rejects with `AppError` and nothing else. */
export type CoderClient<Router extends AnyRouter = AppRouter> = TRPCClient<Router>;

/** Calls that leave in one request. The server takes 30. */
const MAX_BATCH = 20;

/**
 * The public client of an installation, for Node and browsers. Calls made in the same moment share a request, all under the one
 * token: take a client per person. A live stream is a connection of its own, and comes back by itself where it broke off.
 */
export function createCoderClient<Router extends AnyRouter = AppRouter>(options: CoderClientOptions): CoderClient<Router> {
  const { url, fetch: fetchWith } = options;
  const endpoint = new URL("/api/trpc", url).href;
  const headers = () => headersOf(options);
  const client = createTRPCClient<AnyRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === "subscription",
        true: httpSubscriptionLink({ url: endpoint, EventSource: liveSource({ headers, ...(fetchWith === undefined ? {} : { fetch: liveFetch(fetchWith) }) }) }),
        // Questions travel as POST too: inputs stay out of addresses, which get logged and have a length.
        false: httpBatchLink({ url: endpoint, headers, maxItems: MAX_BATCH, methodOverride: "POST", ...(fetchWith === undefined ? {} : { fetch: fetchWith }) }),
      }),
    ],
  });
  // The links only carry paths and JSON; the router's type is the caller's knowledge.
  return withAppErrors(client, url) as CoderClient<Router>;
}

function liveFetch(fetchWith: NonNullable<CoderClientOptions["fetch"]>): LiveFetch {
  return async (input, init) => {
    const response: unknown = await fetchWith(input, init);
    if (response instanceof Response) return response;
    throw new TypeError("A fetch that stands in for the platform's answers with a Response, where live streams are followed");
  };
}

/** The same client, whose calls reject with `AppError`. */
function withAppErrors<Node extends object>(node: Node, url: string): Node {
  return new Proxy(node, {
    get(target, key) {
      const inner: unknown = Reflect.get(target, key);
      if (typeof inner !== "function") return inner;
      if (key === "query" || key === "mutate") {
        return async (...call: readonly unknown[]): Promise<unknown> => {
          try {
            return await Reflect.apply(inner, undefined, call);
          } catch (error) {
            throw clientError(error, url);
          }
        };
      }
      if (key === "subscribe") return (input: unknown, listeners: Listeners): unknown => Reflect.apply(inner, undefined, [input, { ...listeners, onError: (error: unknown) => listeners.onError?.(clientError(error, url)) }]);
      return withAppErrors(inner, url);
    },
  });
}

interface Listeners {
  readonly onError?: (error: AppError) => void;
}
