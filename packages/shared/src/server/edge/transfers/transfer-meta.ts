import type { TransferDefinition } from "../../../define-transfer.ts";
import type { ProcedureMeta, RestRoute } from "../../../trpc/meta.ts";

/** A transfer under the name that logs and audit know it by: `workspace.importArchive`. */
export interface NamedTransfer {
  readonly name: string;
  readonly definition: TransferDefinition;
}

/** A transfer in the words of a procedure. */
export function transferMeta({ method, path, permission, tags, summary, rateLimit, audit }: TransferDefinition): { readonly meta: ProcedureMeta; readonly route: RestRoute } {
  const route = { method, path, ...(tags === undefined ? {} : { tags }), ...(summary === undefined ? {} : { summary }) };
  const meta = { permission, openapi: route, ...(rateLimit === undefined ? {} : { rateLimit }), ...(audit === undefined ? {} : { audit }) };
  return { meta, route };
}
