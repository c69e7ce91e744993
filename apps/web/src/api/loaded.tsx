"use client";

import type { ReactNode } from "react";
import { useDelayed } from "#lib/use-delayed.ts";
import { Loading } from "#ui/skeleton.tsx";
import { InlineProblem, ProblemState } from "#ui/states.tsx";
import { OFFLINE, toProblem } from "./problem.ts";

/** The part of a query that decides which state a view is in. */
export interface QueryLike<Data> {
  readonly data: Data | undefined;
  readonly error: unknown;
  readonly fetchStatus: "fetching" | "paused" | "idle";
  readonly refetch: () => unknown;
}

interface LoadedProps<Data> {
  readonly query: QueryLike<Data>;
  /** What is being loaded, in the plural or with an article: "members". */
  readonly what: string;
  /** The real shape in grey; shown when it takes longer than 150 ms. */
  readonly skeleton: ReactNode;
  readonly children: (data: Data) => ReactNode;
}

/** A view in the state its data is in: loading, failed, forbidden, offline, or there, and still there when a refresh fails. */
export function Loaded<Data>({ query, what, skeleton, children }: LoadedProps<Data>) {
  const { data, error, fetchStatus } = query;
  const late = useDelayed(data === undefined && error === null);
  const retry = () => void query.refetch();
  if (data !== undefined) {
    return (
      <>
        {error && toProblem(error).kind !== "offline" ? <InlineProblem problem={toProblem(error)} onRetry={retry} /> : null}
        {children(data)}
      </>
    );
  }
  if (error) return <ProblemState problem={toProblem(error)} onRetry={retry} />;
  if (fetchStatus === "paused") return <ProblemState problem={OFFLINE} onRetry={retry} />;
  return late ? (
    <>
      <Loading what={what} />
      {skeleton}
    </>
  ) : null;
}
