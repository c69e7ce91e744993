import type { z } from "zod";
import type { AuditRule, RateLimitRule } from "./trpc/meta.ts";

interface CommonDefinition<Input extends z.ZodObject> {
  /** Below `/api/v1`, with parameters in braces: `/workspaces/{projectId}/archive`. */
  readonly path: `/${string}`;
  readonly permission: string;
  /** What stands in the path and the query. */
  readonly input: Input;
  readonly tags?: string[];
  readonly summary?: string;
  readonly rateLimit?: RateLimitRule;
  readonly audit?: AuditRule;
}

/** Bytes that come in and are answered with JSON. Always audited, like every change. */
export interface UploadDefinition<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType> extends CommonDefinition<Input> {
  readonly method: "PUT" | "POST";
  readonly output: Output;
}

/** Bytes that go out. */
export interface DownloadDefinition<Input extends z.ZodObject = z.ZodObject> extends CommonDefinition<Input> {
  readonly method: "GET";
}

export type TransferDefinition = UploadDefinition | DownloadDefinition;

/** A module's transfers by name, as its manifest lists them. */
export type TransferCatalogue = Readonly<Record<string, TransferDefinition>>;

/**
 * Declares a stream of bytes that JSON cannot carry: an upload (`PUT`, `POST`) or a download (`GET`). It has the rules of a procedure, and no tRPC form. The module binds it
 * with `handleTransfer`.
 */
export function defineTransfer<Input extends z.ZodObject>(definition: DownloadDefinition<Input>): DownloadDefinition<Input>;
export function defineTransfer<Input extends z.ZodObject, Output extends z.ZodType>(definition: UploadDefinition<Input, Output>): UploadDefinition<Input, Output>;
export function defineTransfer(definition: TransferDefinition): TransferDefinition {
  return definition;
}

/** The address of a transfer on this installation: `/api/v1/workspaces/…?…`. For links, and for uploads whose progress is shown. */
export function transferPath<Input extends z.ZodObject>({ path }: Pick<CommonDefinition<Input>, "path" | "input">, input: z.input<Input>): string {
  const fields = new Map<string, unknown>(Object.entries(input));
  const filled = path.replace(/\{(\w+)\}/g, (_match, name: string) => {
    const value = fields.get(name);
    fields.delete(name);
    return encodeURIComponent(String(value));
  });
  const query = new URLSearchParams();
  for (const [name, value] of fields) {
    for (const item of Array.isArray(value) ? value : [value]) if (item !== undefined && item !== null) query.append(name, String(item));
  }
  return `/api/v1${filled}${query.size === 0 ? "" : `?${query}`}`;
}
