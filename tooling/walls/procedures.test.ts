import { registry } from "@coder/modules";
import { inputSchemaOf, metaOf, outputSchemaOf, streamItemOf, type AnyModule } from "@coder/shared/server";
import type { PermissionCatalogue } from "@coder/shared";
import { kernelPermissions, kernelRouter, type ProcedureMeta } from "@coder/shared/trpc";
import type { AnyProcedure, AnyRouter } from "@trpc/server";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { unboundedParts } from "./unbounded.ts";

interface Operation {
  readonly path: string;
  readonly type: string;
  readonly meta: ProcedureMeta | null;
  readonly hasInput: boolean;
  readonly hasOutput: boolean;
  readonly apiBase: readonly string[];
  /** What its own module declares. */
  readonly permissions: PermissionCatalogue;
  readonly input: z.ZodType | null;
}

const routers: readonly { name: string; router: AnyRouter; apiBase: readonly string[]; permissions: PermissionCatalogue }[] = [
  ...registry,
  { name: "kernel", router: kernelRouter, apiBase: ["/api/v1/health"], permissions: kernelPermissions },
];

const proceduresOf = (router: AnyRouter): Readonly<Record<string, AnyProcedure>> => router._def.procedures;

/** Streams of bytes: a download reads, an upload changes, and the rest of the input stands in the URL. */
const transfers: readonly Operation[] = registry.flatMap(({ name, transfers: declared = {}, apiBase, permissions }: AnyModule) =>
  Object.entries(declared).map(([key, { method, path, permission, input }]) => ({
    path: `${name}.${key}`,
    type: method === "GET" ? "query" : "mutation",
    meta: { permission, openapi: { method, path } },
    hasInput: true,
    hasOutput: true,
    apiBase,
    permissions,
    input,
  })),
);

const procedures: readonly Operation[] = routers.flatMap(({ name, router, apiBase, permissions }) =>
  Object.entries(proceduresOf(router)).map(([path, procedure]) => ({
    path: `${name}.${path}`,
    type: procedure._def.type,
    meta: metaOf(procedure),
    hasInput: inputSchemaOf(procedure) !== null,
    hasOutput: outputSchemaOf(procedure) !== null || streamItemOf(procedure) !== null,
    apiBase,
    permissions,
    input: inputSchemaOf(procedure),
  })),
);

const operations = [...procedures, ...transfers];

/** What anybody may call without signing in, each with its reason. Adding one is a decision. */
const PUBLIC: Readonly<Record<string, string>> = {
  "auth.signUp": "There is no account before it",
  "auth.signIn": "There is no session before it",
  "user-management.installation": "The first page must know whether there is an account at all",
  "user-management.describeInvitation": "Who is invited has no account yet; the token is the proof",
};

/** Changes that the audit log does not tell of, each with its reason. */
const UNRECORDED: Readonly<Record<string, string>> = {
  "ai-service.showBranch": "Which branch of one's own conversation is looked at",
  "code-generation.previewGeneration": "It reads: only its form is too large for an address",
  "execution.previewRestore": "It reads: only the paths that are chosen are too many for an address",
  "workspace.saveBuffer": "A person's own unsaved text, many times a minute; saving the file is recorded",
  "workspace.discardBuffer": "A person's own unsaved text",
  "workspace.putLayout": "How a person has arranged their own view",
};

const permissionOf = (meta: ProcedureMeta | null) => (meta && "permission" in meta ? meta.permission : undefined);

describe("every procedure", () => {
  it("is seen", () => {
    expect(operations.length).toBeGreaterThan(20);
  });

  it("says who may call it, in one way: beside `public` or `audience` a permission would not be asked", () => {
    expect(operations.filter(({ meta }) => ["permission", "public", "audience"].filter((key) => meta !== null && key in meta).length !== 1).map(({ path }) => path)).toEqual([]);
  });

  it("has an input and an output", () => {
    expect(operations.filter(({ hasInput, hasOutput }) => !hasInput || !hasOutput).map(({ path }) => path)).toEqual([]);
  });

  it("has a REST route below its module's base, unless it is a live stream or only modules may call it", () => {
    const wrong = operations.filter(({ meta, apiBase, type }) => {
      const without = type === "subscription" || (meta !== null && "audience" in meta);
      const route = meta?.openapi ? `/api/v1${meta.openapi.path}` : undefined;
      return without ? route !== undefined : !route || !apiBase.some((base) => route === base || route.startsWith(`${base}/`));
    });
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it("reads with GET and changes with anything else", () => {
    expect(operations.filter(({ meta, type }) => meta?.openapi && (meta.openapi.method === "GET") !== (type === "query")).map(({ path }) => path)).toEqual([]);
  });

  it("is recorded when it changes something, unless it is listed here with its reason", () => {
    expect(operations.filter(({ meta }) => meta?.audit?.never).map(({ path }) => path).sort()).toEqual(Object.keys(UNRECORDED).sort());
  });

  it("tells the audit log what it did", () => {
    const silent = procedures.filter(({ type, meta }) => type === "mutation" && !(meta && "audience" in meta) && !meta?.audit?.never && !meta?.audit?.describe).map(({ path }) => path);
    expect(silent).toEqual([]);
  });

  it("shares its route with no other", () => {
    const routes = operations.flatMap(({ meta }) => (meta?.openapi ? [`${meta.openapi.method} ${meta.openapi.path.replace(/\{[^}]+\}/g, "{}")}`] : []));
    expect(routes.filter((route, index) => routes.indexOf(route) !== index)).toEqual([]);
  });
});

/** Inputs that take text or lists of any size within the limit of a body, each with its reason. */
const UNBOUNDED: Readonly<Record<string, string>> = {
  "configuration-service.setSetting value": "A setting's own schema bounds its value",
  "workspace.putLayout layout": "Bounded as a whole, by the length of its JSON",
};

describe("what comes from outside", () => {
  it("is bounded: every text and list has a largest size", () => {
    const open = operations
      .filter(({ meta, input }) => input !== null && meta !== null && !("audience" in meta))
      .flatMap(({ path, input }) => unboundedParts(z.toJSONSchema(input ?? z.never(), { io: "input", unrepresentable: "any" })).map((part) => `${path} ${part}`));
    expect(open.filter((part) => !Object.hasOwn(UNBOUNDED, part))).toEqual([]);
    expect(Object.keys(UNBOUNDED).filter((part) => !open.includes(part))).toEqual([]);
  });
});

describe("permissions", () => {
  it("are declared by the module whose procedures ask for them", () => {
    const wrong = operations.filter(({ meta, permissions }) => {
      const permission = permissionOf(meta);
      return permission !== undefined && !Object.hasOwn(permissions, permission);
    });
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it("are asked for by some procedure", () => {
    const used = new Set(operations.map(({ meta }) => permissionOf(meta)));
    expect(routers.flatMap(({ permissions }) => Object.keys(permissions)).filter((permission) => !used.has(permission))).toEqual([]);
  });

  it("leave open to strangers only what is listed here with its reason", () => {
    expect(operations.filter(({ meta }) => meta && "public" in meta).map(({ path }) => path).sort()).toEqual(Object.keys(PUBLIC).sort());
  });
});
