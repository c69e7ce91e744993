import type { AnyProcedure, AnyRouter } from "@trpc/server";
import { z } from "zod";
import type { RequestContext } from "../../trpc/context.ts";
import { procedure, router } from "../../trpc/procedure.ts";
import type { IServiceTransport } from "../../trpc/service-client.ts";
import { inputSchemaOf, metaOf, outputSchemaOf, streamOutputOf } from "../edge/procedure-parts.ts";
import { routerKey } from "../host/registry.ts";
import type { RemoteStreamCall } from "./remote-stream.ts";

export interface ForwardingRouterOptions {
  readonly module: string;
  /** The module's router from `@coder/api`: what it answers, without who answers it here. */
  readonly router: AnyRouter;
  readonly transport: IServiceTransport;
  /** Follows a live stream of the module. */
  readonly stream: (call: RemoteStreamCall) => AsyncIterable<unknown>;
}

/**
 * Serves a module that runs in another process: the same procedures, meta and schemas, whose resolvers hand the raw input on.
 *
 * Who checks what, so that each thing happens once: this process is the edge and runs the usual base procedure: rate limit,
 * audit entry, permission, input. The call then arrives at the module's process as `via: forwarded`, where the base procedure
 * checks permission and input again (that process trusts nobody's word for it) but limits and records nothing. The output is
 * checked there and, as at every border, here; output schemas are therefore idempotent (no transforms).
 * Live streams (subscriptions) are passed on item by item.
 */
export function forwardingRouter(options: ForwardingRouterOptions): AnyRouter {
  const procedures: Readonly<Record<string, AnyProcedure>> = options.router._def.procedures;
  return router(Object.fromEntries(Object.entries(procedures).map(([name, original]) => [name, original._def.type === "subscription" ? follower(options, name, original) : forwarder(options, name, original)])));
}

function follower({ module, stream }: ForwardingRouterOptions, name: string, original: AnyProcedure) {
  const meta = metaOf(original);
  const output = streamOutputOf(original);
  if (meta === null || output === null) throw new Error(`The live stream ${module}.${name} does not say who may follow it or what it tells`);
  return procedure
    .meta(meta)
    .input(inputSchemaOf(original) ?? z.unknown())
    .output(output)
    .use(async ({ getRawInput, next }) => next({ ctx: { rawInput: await getRawInput() } }))
    .subscription(({ ctx: { caller, connection, signal, rawInput } }) => stream({ path: `${routerKey(module)}.${name}`, input: rawInput, caller, connection, signal }));
}

function forwarder({ module, transport }: ForwardingRouterOptions, name: string, original: AnyProcedure) {
  const meta = metaOf(original);
  const output = outputSchemaOf(original);
  if (meta === null || output === null) throw new Error(`Procedure ${module}.${name} does not say who may call it or what it answers`);
  const described = procedure
    .meta(meta)
    .input(inputSchemaOf(original) ?? z.unknown())
    .output(output)
    .use(async ({ getRawInput, next }) => next({ ctx: { rawInput: await getRawInput() } }));
  const forward = ({ ctx }: { ctx: RequestContext & { rawInput: unknown } }) =>
    transport.call({
      module,
      procedure: name,
      input: ctx.rawInput,
      caller: ctx.caller,
      signal: ctx.signal,
      forwarded: { connection: ctx.connection, sessionCookie: ctx.sessionCookie },
    });
  return original._def.type === "query" ? described.query(forward) : described.mutation(forward);
}
