import { AppError } from "../../../app-error.ts";
import type { RequestContext } from "../../../trpc/context.ts";
import { toAppError } from "../../../trpc/errors.ts";
import type { Exchange } from "../exchange.ts";
import { sendError, sendJson } from "../send.ts";
import { assembleInput, pathSegments } from "./request-input.ts";
import type { ProcedureOperation, RestOperation } from "./operations.ts";
import { RouteTable, type RouteMatch } from "./route-table.ts";

/** A request that has an operation. */
export type RestCall = Extract<RouteMatch, { operation: RestOperation }>;

/** Serves procedures as REST: finds the operation first, so that what nobody answers costs no session look-up. */
export class RestHandler {
  readonly #routes: RouteTable;

  constructor(operations: readonly RestOperation[]) {
    this.#routes = new RouteTable(operations);
  }

  /** @param path below `/api/v1`; answers OPTIONS and what cannot be matched itself, then returns null */
  match({ method, response }: Exchange, path: string): RestCall | null {
    const found = this.#routes.find(method, pathSegments(path));
    if (found === null) {
      throw new AppError("not_found", "no_such_operation", `There is no operation at /api/v1${path.slice(0, 200)}.`, { remedy: "See /api/v1/openapi.json for what there is." });
    }
    if ("operation" in found) return found;
    response.setHeader("allow", found.allow.join(", "));
    if (method === "OPTIONS") {
      response.writeHead(204).end();
      return null;
    }
    throw new AppError("invalid", "method_not_supported", `This path does not take ${method}.`, { remedy: `It takes ${found.allow.join(", ")}.` });
  }

  async answer(exchange: Exchange, { name, procedure, input }: ProcedureOperation, parameters: RestCall["parameters"], body: string, ctx: RequestContext): Promise<void> {
    // Inside the call and not before it: whoever may not call it learns that first.
    const getRawInput = async () => (input === null ? undefined : assembleInput(input, { parameters, query: exchange.query, body }));
    let data: unknown;
    try {
      data = await procedure({ path: name, type: procedure._def.type, ctx, getRawInput, signal: ctx.signal, batchIndex: 0 });
    } catch (error) {
      sendError(exchange, toAppError(error));
      return;
    }
    if (exchange.response.destroyed) return;
    if (data === undefined) exchange.response.writeHead(204).end();
    else sendJson(exchange.response, 200, data);
  }
}
