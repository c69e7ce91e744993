import type { AnyProcedure, AnyRouter } from "@trpc/server";
import { AppError } from "../../app-error.ts";
import type { RequestContext } from "../../trpc/context.ts";
import { toAppError } from "../../trpc/errors.ts";
import type { IServiceTransport, ServiceCall } from "../../trpc/service-client.ts";
import type { RequestFacts } from "../edge/request-facts.ts";
import { routerKey } from "../host/registry.ts";
import { currentTraceId, newTraceId } from "../trace-context.ts";
import { cancelled, untilAborted } from "./cancellation.ts";
import { findNonJson } from "./plain-json.ts";

export interface LocalTransportDeps {
  /** The process's router: modules under their router keys. */
  readonly router: AnyRouter;
  readonly createContext: (facts: RequestFacts) => RequestContext;
  /** Refuses inputs and outputs that would change on the wire. For tests: it walks every value. */
  readonly strictJson?: boolean;
}

const NEVER_ABORTS = new AbortController().signal;
const IN_PROCESS = { address: "in-process", userAgent: "" } as const;

/** Calls a module in this process, through its procedure: defaults, permission, output shape and errors are those of a remote call. */
export class LocalTransport implements IServiceTransport {
  readonly #deps: LocalTransportDeps;

  constructor(deps: LocalTransportDeps) {
    this.#deps = deps;
  }

  async call({ module, procedure, input, caller, signal, forwarded }: ServiceCall): Promise<unknown> {
    const path = `${routerKey(module)}.${procedure}`;
    const target = this.#procedureAt(path);
    if (signal?.aborted) throw cancelled(signal.reason);
    const ctx = this.#deps.createContext({
      caller,
      via: forwarded === undefined ? "service" : "forwarded",
      connection: forwarded?.connection ?? IN_PROCESS,
      traceId: currentTraceId() ?? newTraceId(),
      signal: signal ?? NEVER_ABORTS,
      sessionCookie: forwarded?.sessionCookie ?? null,
    });
    this.#requireJson(path, "input", input);
    try {
      const work = target({ path, type: target._def.type, ctx, getRawInput: async () => input, signal, batchIndex: 0 });
      const output: unknown = await untilAborted(work, signal);
      this.#requireJson(path, "output", output);
      return output;
    } catch (error) {
      throw toAppError(error);
    }
  }

  #procedureAt(path: string): AnyProcedure {
    const procedures: Readonly<Record<string, AnyProcedure>> = this.#deps.router._def.procedures;
    const found = procedures[path];
    if (found) return found;
    throw new AppError("unavailable", "no_such_operation", `There is no operation ${path} here.`, { remedy: "Run the same version of the product in all processes." });
  }

  #requireJson(path: string, side: "input" | "output", value: unknown): void {
    if (this.#deps.strictJson !== true || value === undefined) return;
    const found = findNonJson(value);
    if (found !== null) throw new TypeError(`The ${side} of ${path} is not plain JSON: ${found}`);
  }
}
