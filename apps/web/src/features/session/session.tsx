"use client";

import type { CurrentSession } from "@coder/api/auth";
import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo } from "react";
import { Loaded } from "#api/loaded.tsx";
import { toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { rememberSession } from "./session-hint.ts";

export interface Session extends CurrentSession {
  may(permission: string): boolean;
}

const SessionContext = createContext<Session | null>(null);

/** Asked again now and then, so that a role that was changed or a session that was ended shows without a reload. */
const REFRESH_MS = 60_000;

interface SessionGateProps {
  readonly frame: ReactNode;
  /** Whether this browser was signed in when it was last here: then the frame may stand from the first paint. */
  readonly expected: boolean;
  readonly children: ReactNode;
}

/** Shows its children to whoever is signed in. Everybody else is led to the sign-in page by the API provider. */
export function SessionGate({ frame, expected, children }: SessionGateProps) {
  const trpc = useTRPC();
  const query = useQuery(trpc.auth.currentSession.queryOptions({}, { refetchInterval: REFRESH_MS, refetchOnWindowFocus: "always" }));
  const known = query.data !== undefined;
  useEffect(() => {
    if (known) rememberSession(true);
  }, [known]);
  if (query.error && toProblem(query.error).kind === "unauthenticated") return null;
  if (expected && query.isPending && query.fetchStatus !== "paused") return frame;
  return (
    <Loaded query={query} what="your session" skeleton={frame}>
      {(session) => <SessionProvider current={session}>{children}</SessionProvider>}
    </Loaded>
  );
}

function SessionProvider({ current, children }: { readonly current: CurrentSession; readonly children: ReactNode }) {
  const session = useMemo<Session>(() => {
    const held = new Set(current.permissions);
    return { ...current, may: (permission) => held.has(permission) };
  }, [current]);
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("Only pages behind the sign-in know a session");
  return session;
}
