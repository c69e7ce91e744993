import { randomUUID } from "node:crypto";
import { z } from "zod";
import { TENANT_FIELD, type EntityDescriptor } from "../entity.ts";
import type { StoredRecord } from "../table-driver.ts";

/** Keys of writes that were done, kept on the document they changed. */
const MAX_KEYS = 200;
/** A month, as long as PostgreSQL keeps its keys. */
const KEY_SECONDS = 30 * 86_400;

/** An effect as it lies in a document: read by the relay alone, so that one which another version left is no fault of the row's. `refusedAt` is when it could not be handed on. */
const WaitingEffectSchema = z.looseObject({ id: z.string(), refusedAt: z.number().optional() });
export type WaitingEffect = z.output<typeof WaitingEffectSchema>;

/**
 * One row as Cosmos holds it. Effects and keys are in the row's own document, because a document is all that one write changes as
 * one. A deleted row that still has something to say stays as `gone` until it has said it.
 */
export const CosmosDocumentSchema = z.looseObject({
  id: z.string(),
  pk: z.string(),
  _etag: z.string(),
  etag: z.string(),
  row: z.record(z.string(), z.unknown()),
  /** Unique: the key of the insert, or the id. */
  insertKey: z.string(),
  keys: z.array(z.string()).default([]),
  outbox: z.array(WaitingEffectSchema).default([]),
  gone: z.literal(true).optional(),
});
export type CosmosDocument = z.output<typeof CosmosDocumentSchema>;

export function recordOf(document: CosmosDocument): StoredRecord {
  return { ...document.row, id: String(document.row["id"]), etag: document.etag };
}

/** Cosmos ids may not hold every character; what it refuses is spelled otherwise. */
export function documentId(id: string): string {
  return /^[A-Za-z0-9._-]{1,200}$/.test(id) ? id : `~${Buffer.from(id).toString("base64url")}`;
}

/** All rows of a tenant are one partition; what belongs to no tenant is one more. */
export function partitionOf(entity: EntityDescriptor, row: Readonly<Record<string, unknown>>): string {
  const field = TENANT_FIELD[entity.tenancy];
  return field === null ? "system" : String(row[field]);
}

export interface DocumentParts {
  readonly insertKey: string;
  readonly keys?: readonly string[];
  readonly outbox?: readonly Pick<WaitingEffect, "id">[];
}

export function toDocument(entity: EntityDescriptor, record: StoredRecord, { insertKey, keys = [], outbox = [] }: DocumentParts): Record<string, unknown> {
  const { etag, ...row } = record;
  return { id: documentId(record.id), pk: partitionOf(entity, row), etag, row, insertKey, ...uniqueValues(entity, record), ...pending(keys, outbox) };
}

/** What is left of a deleted row: its keys and effects, and nothing that others could collide with. */
export function toRemains(entity: EntityDescriptor, document: CosmosDocument, keys: readonly string[], outbox: readonly Pick<WaitingEffect, "id">[]): Record<string, unknown> {
  const { id, pk, etag, insertKey } = document;
  const free = Object.fromEntries((entity.unique ?? []).map((_, place) => [uniqueName(place), randomUUID()]));
  // Waiting effects must not expire; keys may.
  const expiry = outbox.length === 0 ? { ttl: KEY_SECONDS } : {};
  return { id, pk, etag, row: { id: document.row["id"] }, gone: true, insertKey, ...free, ...pending(keys, outbox), ...expiry };
}

/** Whether anything of a deleted document is still wanted. */
export function hasRemains(document: Pick<CosmosDocument, "insertKey">, keys: readonly string[], outbox: readonly Pick<WaitingEffect, "id">[]): boolean {
  return outbox.length > 0 || keys.length > 0 || document.insertKey.startsWith("once:");
}

function pending(keys: readonly string[], outbox: readonly Pick<WaitingEffect, "id">[]): Record<string, unknown> {
  return { ...(keys.length > 0 ? { keys: keys.slice(-MAX_KEYS) } : {}), ...(outbox.length > 0 ? { outbox } : {}) };
}

/** Cosmos holds null for a value like any other. A set with a null in it gets a value nobody else has. */
function uniqueValues(entity: EntityDescriptor, record: StoredRecord): Record<string, string> {
  return Object.fromEntries((entity.unique ?? []).map((fields, place) => [uniqueName(place), fields.some((field) => record[field] === null) ? randomUUID() : uniqueValue(fields, record)]));
}

export function uniqueValue(fields: readonly string[], record: StoredRecord): string {
  return JSON.stringify(fields.map((field) => record[field]));
}

export function uniqueName(place: number): string {
  return `unique${place}`;
}
