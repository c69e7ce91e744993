import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { RestRoute } from "../../../trpc/meta.ts";
import { procedure, router } from "../../../trpc/procedure.ts";
import { restOperations } from "./operations.ts";

const get: RestRoute = { method: "GET", path: "/things/{id}" };
const post: RestRoute = { method: "POST", path: "/things" };
const anything = z.object({});

function route(openapi: RestRoute, input?: z.ZodType) {
  const base = procedure.meta({ public: true, openapi });
  return input === undefined ? base.output(anything) : base.input(input).output(anything);
}

function start(procedures: Parameters<typeof router>[0]) {
  return () => restOperations(router(procedures), ["/api/v1/things"]);
}

describe("routes that cannot be served do not start, and say which and why", () => {
  it.each([
    ["an object in the query", { p: route(get, z.object({ id: z.string(), filter: z.object({ a: z.string() }) })).query(() => ({})) }, /p \(GET \/things\/\{id\}\): "filter" must be/],
    ["a path field the input does not have", { p: route(get, z.object({})).query(() => ({})) }, /"id" must be/],
    ["a union beside a path", { p: route({ method: "PUT", path: "/things/{id}" }, z.union([anything, anything])).mutation(() => ({})) }, /must be an object/],
    ["a mutation by GET", { p: route({ ...get, path: "/things" }).mutation(() => ({})) }, /must not change anything/],
    ["a path of another module", { p: route({ ...get, path: "/others" }).query(() => ({})) }, /lies outside of \/api\/v1\/things/],
    ["a path that only starts like ours", { p: route({ ...get, path: "/things-too" }).query(() => ({})) }, /lies outside/],
    ["a segment that is none", { p: route({ ...get, path: "/things/a b" }).query(() => ({})) }, /not a path segment/],
    ["no output", { p: procedure.meta({ public: true, openapi: post }).mutation(() => ({})) }, /does not say what it answers/],
    ["two on one route", { a: route(get, z.object({ id: z.string() })).query(() => ({})), b: route({ method: "GET", path: "/things/{other}" }, z.object({ other: z.string() })).query(() => ({})) }, /b and a are both reached/],
    ["a live stream", { p: procedure.meta({ public: true, openapi: post }).subscription(async function* () { yield 1; }) }, /no REST form/],
  ])("%s", (_what, procedures, message) => {
    expect(start(procedures)).toThrow(message);
  });
});

it("knows where each field comes from", () => {
  const [operation] = start({ p: route({ method: "PUT", path: "/things/{id}" }, z.object({ id: z.uuid(), a: z.object({}), b: z.number() })).mutation(() => ({})) })();
  expect([[...(operation?.input?.path.keys() ?? [])], [...(operation?.input?.query.keys() ?? [])], operation?.input?.body]).toEqual([["id"], [], true]);
  const [reading] = start({ p: route(get, z.object({ id: z.uuid(), when: z.iso.datetime().optional(), kind: z.enum(["a", "b"]).nullable(), many: z.array(z.enum(["x", "y"])).default([]), flag: z.stringbool().optional(), count: z.coerce.number() })).query(() => ({})) })();
  expect([...(reading?.input?.query.keys() ?? [])]).toEqual(["when", "kind", "many", "flag", "count"]);
});

it("leaves out what has no route and what is for modules only", () => {
  const operations = start({
    none: procedure.meta({ public: true }).output(anything).query(() => ({})),
    internal: procedure.meta({ audience: "internal", openapi: post }).output(anything).mutation(() => ({})),
  })();
  expect(operations).toEqual([]);
});
