import { router } from "../../../trpc/procedure.ts";
import { routerKey, transfersOf } from "../../host/registry.ts";
import type { AnyModule } from "../../module.ts";
import { openApiDocument, type OpenApiDocument } from "./openapi-document.ts";
import { restOperations, streamOperations } from "./operations.ts";

/** The OpenAPI document of some modules, without starting them: for their documentation, and for whoever generates clients. */
export function describeRest(modules: readonly Pick<AnyModule, "name" | "router" | "apiBase" | "transfers">[], info: { readonly title: string; readonly version: string }): OpenApiDocument {
  const routers = router(Object.fromEntries(modules.map((module) => [routerKey(module.name), module.router])));
  const operations = restOperations(routers, modules.flatMap((module) => module.apiBase), modules.flatMap(transfersOf));
  return openApiDocument(operations, streamOperations(routers), info, "coder_session");
}
