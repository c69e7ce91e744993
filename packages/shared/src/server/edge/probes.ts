import type { HealthReport } from "../../health.ts";
import type { Exchange } from "./exchange.ts";
import { setDataHeaders } from "./security-headers.ts";
import { sendJson } from "./send.ts";

/** Whether the process can do its work now, and what that depends on. */
export interface ReadinessSummary {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, HealthReport["status"]>>;
}

/** Asks once for all who want to know at the same time, and again `ms` after it was answered at the earliest. */
export function remembered<Value>(ask: () => Promise<Value>, ms: number): () => Promise<Value> {
  let answer: Promise<Value> | null = null;
  const forget = () => void setTimeout(() => (answer = null), ms).unref();
  return () => {
    if (answer === null) {
      answer = ask();
      answer.then(forget, forget);
    }
    return answer;
  };
}

/** Liveness: the process answers, nothing else. A supervisor that restarts on this must not restart because a database is away. */
export function answerHealth({ response }: Exchange): void {
  setDataHeaders(response);
  sendJson(response, 200, { status: "healthy", timestamp: new Date().toISOString() });
}

/** Readiness: whether to send requests here. Tells states, not reasons: anybody may ask. */
export async function answerReady({ response }: Exchange, readiness: () => Promise<ReadinessSummary>, draining: boolean): Promise<void> {
  setDataHeaders(response);
  const { ready, checks } = await readiness();
  const open = ready && !draining;
  sendJson(response, open ? 200 : 503, {
    status: open ? "ready" : draining ? "draining" : "not_ready",
    checks: Object.fromEntries(Object.entries(checks).map(([name, status]) => [name, status === "up" ? "ok" : status])),
    timestamp: new Date().toISOString(),
  });
}
