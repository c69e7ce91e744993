import { AppErrorDataSchema, type ErrorKind, isAppError } from "@coder/shared";
import { TRPCClientError } from "@trpc/client";
import { z } from "zod";

/** Any failure as a person can be told about it: what happened, what to do, and what support needs. */
export interface Problem {
  /** `offline`: the request never reached the server. */
  readonly kind: ErrorKind | "offline";
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly traceId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  /** Fields of the input that were refused. */
  readonly issues: readonly { readonly path: string; readonly message: string }[];
}

const WireSchema = z.object({ traceId: z.string().nullable().optional(), error: AppErrorDataSchema });
const IssuesSchema = z.array(z.object({ path: z.string(), message: z.string() }));

export function toProblem(error: unknown): Problem {
  if (error instanceof TRPCClientError) {
    const wire = WireSchema.safeParse(error.data);
    if (wire.success) {
      const { error: data, traceId } = wire.data;
      const details = data.details ?? {};
      return { ...data, details, traceId: traceId ?? null, issues: IssuesSchema.safeParse(details["issues"]).data ?? [] };
    }
    if (error.cause instanceof TypeError || error.cause?.name === "AbortError" || error.cause?.name === "TRPCWebSocketClosedError") return OFFLINE;
    return {
      ...UNEXPECTED,
      code: "unreadable_answer",
      message: "The server's answer could not be read.",
      remedy: "Try again. If it stays, check that the server and this page have the same version: reload the page.",
    };
  }
  if (isAppError(error)) {
    if (error.code === OFFLINE.code) return OFFLINE;
    // A transfer that was refused brings its trace along.
    const { traceId, ...details } = error.details ?? {};
    return { ...UNEXPECTED, ...error.toJSON(), details, traceId: typeof traceId === "string" ? traceId : null };
  }
  return { ...UNEXPECTED, details: { text: error instanceof Error ? error.message : String(error) } };
}

/** The request never left, or never came back. */
export const OFFLINE: Problem = {
  kind: "offline",
  code: "offline",
  message: "The server cannot be reached.",
  remedy: "Nothing was lost. Check your connection and try again.",
  traceId: null,
  details: {},
  issues: [],
};

const UNEXPECTED: Problem = {
  kind: "internal",
  code: "page_failed",
  message: "This page ran into a fault.",
  remedy: "Reload the page. If it comes back, copy the details for whoever runs this installation.",
  traceId: null,
  details: {},
  issues: [],
};

const PASSING: readonly Problem["kind"][] = ["offline", "unavailable", "timeout", "rate_limited", "internal"];

/** Whether the same may go well after a while, without anybody doing anything. */
export function isPassing({ kind }: Problem): boolean {
  return PASSING.includes(kind);
}

/** What a person pastes into a message to whoever runs the installation. */
export function describeProblem(problem: Problem, where: string, when: Date): string {
  const lines = [
    `${problem.message} ${problem.remedy}`,
    `Code: ${problem.code} (${problem.kind})`,
    problem.traceId === null ? null : `Trace: ${problem.traceId}`,
    `Page: ${where}`,
    `Time: ${when.toISOString()}`,
    Object.keys(problem.details).length === 0 ? null : `Details: ${JSON.stringify(problem.details)}`,
  ];
  return lines.filter((line) => line !== null).join("\n");
}
