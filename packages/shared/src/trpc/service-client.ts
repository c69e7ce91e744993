import type { Caller } from "../caller.ts";
import type { Connection, ISessionCookie } from "./context.ts";
import type { ClientRef } from "./service-ref.ts";

interface BuiltProcedure<Input, Output> {
  readonly _def: { readonly $types: { readonly input: Input; readonly output: Output } };
}
type RecordOf<Router> = Router extends { readonly _def: { readonly record: infer R } } ? R : never;

/** The caller's side of a router: plain methods, inputs before defaults, outputs after validation. */
export type ClientOf<Router> = {
  readonly [Name in keyof RecordOf<Router>]: RecordOf<Router>[Name] extends BuiltProcedure<infer Input, infer Output>
    ? undefined extends Input
      ? (input?: Input) => Promise<Output>
      : (input: Input) => Promise<Output>
    : never;
};

export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** `client(caller).method(input)`: who asks is explicit in every call. */
export type ServiceClient<Router> = (caller: Caller, options?: CallOptions) => ClientOf<Router>;

/** Carries one call to a module, wherever it runs. Throws `AppError` for every expected failure. */
export interface IServiceTransport {
  call(request: ServiceCall): Promise<unknown>;
}

export interface ServiceCall extends CallOptions {
  readonly module: string;
  readonly procedure: string;
  readonly input: unknown;
  readonly caller: Caller;
  /** Set when the call is a browser's request handed on to the process where the module runs. */
  readonly forwarded?: ForwardedRequest;
}

export interface ForwardedRequest {
  readonly connection: Connection;
  /** Receives what the module does to the browser's cookie. */
  readonly sessionCookie: ISessionCookie | null;
}

/**
 * The typed client of a module. Every call goes through the module's tRPC procedure, in process too, so that defaults,
 * output shape, permission and errors are the same near and far.
 */
export function createServiceClient<Router>(ref: ClientRef<Router>, transport: IServiceTransport): ServiceClient<Router> {
  return (caller, options = {}) =>
    new Proxy({} as ClientOf<Router>, {
      get: (_target, procedure) =>
        typeof procedure === "string" && procedure !== "then"
          ? (input: unknown) => transport.call({ module: ref.module, procedure, input, caller, ...options })
          : undefined,
    });
}
