"use client";

import type { AppRouter } from "@coder/api/root";
import { MutationCache, QueryCache, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink, splitLink, type TRPCLink } from "@trpc/client";
import { tap } from "@trpc/server/observable";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { type ReactNode, useEffect, useState } from "react";
import { aheadLink } from "./ahead.ts";
import { watchConnection, watchedFetch } from "./connection.ts";
import { FreshQueries } from "./FreshQueries.ts";
import { liveLink } from "./live-link.ts";
import { toProblem } from "./problem.ts";

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

const MAX_RETRIES = 2;
/** Not every 401 means this: a wrong password in a form is one too. */
const SESSION_ENDED: readonly string[] = ["not_signed_in", "session_ended"];

/** Trying again helps where the server was busy or away, and nowhere else. */
function retryable(failures: number, error: unknown): boolean {
  const { kind } = toProblem(error);
  return failures < MAX_RETRIES && (kind === "unavailable" || kind === "timeout");
}

/** The query cache does not hear of a live stream that was refused. */
function toldOfErrors(onError: (error: unknown) => void): TRPCLink<AppRouter> {
  return () => ({ op, next }) => next(op).pipe(tap({ error: onError }));
}

interface ApiProviderProps {
  /** Called when the server says that nobody is signed in. */
  readonly onSignedOut: () => void;
  readonly children: ReactNode;
}

export function ApiProvider({ onSignedOut, children }: ApiProviderProps) {
  const [{ queryClient, trpcClient }] = useState(() => {
    const onError = (error: unknown) => {
      if (SESSION_ENDED.includes(toProblem(error).code)) onSignedOut();
    };
    const queries = new FreshQueries({
      queryCache: new QueryCache({ onError }),
      mutationCache: new MutationCache({ onError }),
      defaultOptions: {
        queries: { staleTime: 5_000, retry: retryable },
        // A change is sent now or fails now with what was typed kept; it is never queued in secret.
        mutations: { networkMode: "always", retry: false },
      },
    });
    const client = createTRPCClient<AppRouter>({
      links: [
        aheadLink(),
        splitLink({
          condition: ({ type }) => type === "subscription",
          true: [toldOfErrors(onError), liveLink()],
          false: httpBatchLink({ url: "/api/trpc", fetch: watchedFetch, maxURLLength: 4_000 }),
        }),
      ],
    });
    return { queryClient: queries, trpcClient: client };
  });
  useEffect(watchConnection, []);
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}
