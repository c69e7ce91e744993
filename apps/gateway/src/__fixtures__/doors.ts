import { createCoderClient, type CoderClient } from "@coder/api/client";
import { AppError, AppErrorDataSchema } from "@coder/shared";
import { expect } from "vitest";
import { z } from "zod";

export interface DoorOptions {
  readonly url: string;
  readonly token?: string | null;
  /** Where the request seems to come from, for an installation that trusts this machine as a proxy. */
  readonly address?: string;
}

/** One of the ways in, all with the shape of the typed client. */
export type Door = (options: DoorOptions) => CoderClient;

/** The published client: tRPC, calls of one moment in one request. */
export const typedDoor: Door = ({ url, token = null, address }) =>
  createCoderClient({ url, ...(token === null ? {} : { token }), fetch: (input, init) => fetch(input, { ...init, signal: init?.signal ?? null, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...forwarded(address) } }) });

/** REST as a program without our code would use it: routes from the OpenAPI document, plain requests. */
export const restDoor: Door = (options) => {
  const call = (module: string, procedure: string) => {
    const send = (input: unknown) => sendRest(options, `${module}.${procedure}`, input);
    return { query: send, mutate: send };
  };
  const modules = new Proxy({}, { get: (_none, module) => new Proxy({}, { get: (_nothing, procedure) => call(String(module), String(procedure)) }) });
  // The document names the same operations as the router's type does; the contract test holds them equal.
  return modules as CoderClient;
};

const DocumentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ operationId: z.string(), requestBody: z.unknown().optional() }))),
});
const ErrorSchema = z.object({ error: AppErrorDataSchema, traceId: z.string().min(1) });

interface Route {
  readonly method: string;
  readonly path: string;
  readonly hasBody: boolean;
}

const documents = new Map<string, Promise<ReadonlyMap<string, Route>>>();

async function routesOf(url: string): Promise<ReadonlyMap<string, Route>> {
  const response = await fetch(`${url}/api/v1/openapi.json`);
  const { paths } = DocumentSchema.parse(await response.json());
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, requestBody }]) => [operationId, { method: method.toUpperCase(), path, hasBody: requestBody !== undefined }] as const),
    ),
  );
}

async function sendRest({ url, token, address }: DoorOptions, operation: string, input: unknown): Promise<unknown> {
  const known = documents.get(url) ?? routesOf(url);
  documents.set(url, known);
  const route = (await known).get(operation);
  if (!route) throw new Error(`The OpenAPI document has no ${operation}`);
  const fields = new Map(Object.entries(input ?? {}).filter(([, value]) => value !== undefined));
  const path = route.path.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const value = String(fields.get(name));
    fields.delete(name);
    return encodeURIComponent(value);
  });
  const query = route.hasBody ? "" : `?${new URLSearchParams([...fields].map(([name, value]): [string, string] => [name, String(value)]))}`;
  const response = await fetch(`${url}/api/v1${path}${query}`, {
    method: route.method,
    headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(route.hasBody ? { "content-type": "application/json" } : {}), ...forwarded(address) },
    body: route.hasBody ? JSON.stringify(Object.fromEntries(fields)) : null,
  });
  const body: unknown = await response.json();
  if (response.ok) return body;
  const { kind, code, message, remedy, details } = ErrorSchema.parse(body).error;
  const error = new AppError(kind, code, message, { remedy, ...(details === undefined ? {} : { details }) });
  expect(response.status).toBe(error.httpStatus);
  return Promise.reject(error);
}

function forwarded(address: string | undefined): Record<string, string> {
  return address === undefined ? {} : { "x-forwarded-for": address };
}

/** What a refusal has to be: its code, and words that say what to do. */
export function refusal(httpStatus: number, code: string | RegExp): object {
  return { name: "AppError", httpStatus, code: typeof code === "string" ? code : expect.stringMatching(code), message: expect.stringMatching(/\w{3}/), remedy: expect.stringMatching(/\w{3}/) };
}
