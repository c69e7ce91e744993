import type { Container, SqlQuerySpec } from "@azure/cosmos";
import { ANONYMOUS } from "@coder/shared";
import type { Clause } from "../clauses.ts";
import { TENANT_FIELD, type EntityDescriptor } from "../entity.ts";
import { alreadyExists, conditionFailed } from "../errors.ts";
import { groupsOf } from "../groups-of.ts";
import { matches } from "../match.ts";
import { outboxItems } from "../outbox-item.ts";
import type { Changes, CountResult, Grouping, ITableDriver, PreparedEffects, RecordsBeside, RowGroup, Selection, StoredRecord, WriteResult } from "../table-driver.ts";
import type { CosmosContainers } from "./cosmos-containers.ts";
import { CosmosDocumentSchema, documentId, hasRemains, partitionOf, recordOf, toDocument, toRemains, uniqueName, uniqueValue, type CosmosDocument } from "./cosmos-document.ts";
import { codeOf, toAppError } from "./cosmos-errors.ts";
import { matchingSql, selectSql } from "./cosmos-where.ts";

export interface CosmosDriverDeps {
  readonly entity: EntityDescriptor;
  readonly containers: CosmosContainers;
  /** The partition all of the caller's rows are in; null for work across tenants. */
  readonly partition: string | null;
  traceId(): string | null;
  /** Called after a write that left effects behind. */
  written(): void;
}

/** Operations that one transactional batch may hold. */
const BATCH = 100;
const WIDTH = 10;
const MAX_TRIES = 200;
const NO_EFFECTS: PreparedEffects = { messages: [], once: null, callerOf: () => ANONYMOUS };

/** What becomes of one document: its next form, nothing at all, or no change. */
type Step = (document: CosmosDocument) => { readonly next: Record<string, unknown> | null; readonly result: StoredRecord } | null;

/**
 * The generic repository's work on Cosmos. One document is changed as one, over the version that was read; so a write to one row is
 * all or nothing, effects and key included. Writes to many rows go row by row: their effects are left with the first.
 */
export class CosmosDriver implements ITableDriver {
  readonly #deps: CosmosDriverDeps;

  constructor(deps: CosmosDriverDeps) {
    this.#deps = deps;
  }

  async select(selection: Selection): Promise<readonly StoredRecord[]> {
    return (await this.#fetch(selectSql(selection, this.#deps.partition))).map(recordOf);
  }

  async count(where: readonly Clause[]): Promise<number> {
    return this.#guarded(async (container) => {
      const { resources } = await container.items.query<number>(matchingSql("VALUE COUNT(1)", where, this.#deps.partition), this.#options()).fetchAll();
      return resources.reduce((sum, part) => sum + part, 0);
    });
  }

  async groups(where: readonly Clause[], grouping: Grouping): Promise<readonly RowGroup[]> {
    return groupsOf((await this.#fetch(matchingSql("*", where, this.#deps.partition))).map(recordOf), grouping);
  }

  async put(rows: readonly StoredRecord[], newer: string, beside: RecordsBeside | null): Promise<readonly string[]> {
    const written: string[] = [];
    for (let at = 0; at < rows.length; at += WIDTH) {
      const some = rows.slice(at, at + WIDTH);
      const done = await this.#guarded((container) => Promise.all(some.map((row) => this.#putOne(container, row, newer))));
      written.push(...some.filter((_, place) => done[place]).map(({ id }) => id));
    }
    // No write spans two containers.
    if (beside && written.length > 0) await new CosmosDriver({ ...this.#deps, entity: beside.entity }).insert(beside.rows, NO_EFFECTS);
    return written;
  }

  async insert(rows: readonly StoredRecord[], effects: PreparedEffects): Promise<WriteResult> {
    const { entity } = this.#deps;
    const documents = rows.map((row, place) => {
      const insertKey = place === 0 && effects.once ? `once:${effects.once.key}` : `id:${row.id}`;
      return toDocument(entity, row, { insertKey, outbox: place === 0 ? outboxItems(effects, row, this.#deps.traceId()) : [] });
    });
    const repeated = await this.#guarded((container) => (documents.length === 1 ? this.#insertOne(container, rows, documents, effects) : this.#insertMany(container, rows, documents, effects)));
    if (repeated) return repeated;
    this.#announce(effects);
    return { repeated: false, rows };
  }

  async update(where: readonly Clause[], changes: Changes, effects: PreparedEffects): Promise<WriteResult> {
    return this.#change(where, effects, (document) => this.#changed(document, where, changes, effects));
  }

  async delete(where: readonly Clause[], effects: PreparedEffects): Promise<WriteResult> {
    return this.#change(where, effects, (document) => this.#removed(document, where, effects));
  }

  async updateMany(where: readonly Clause[], changes: Changes, effects: PreparedEffects): Promise<CountResult> {
    return this.#changeMany(where, effects, (each) => (document) => this.#changed(document, where, changes, each));
  }

  async deleteMany(where: readonly Clause[], effects: PreparedEffects): Promise<CountResult> {
    return this.#changeMany(where, effects, (each) => (document) => this.#removed(document, where, each));
  }

  #changed(document: CosmosDocument, where: readonly Clause[], changes: Changes, effects: PreparedEffects): ReturnType<Step> {
    const { entity } = this.#deps;
    const record = recordOf(document);
    if (document.gone || !matches(entity, record, where)) return null;
    const { increment } = changes;
    const added = increment ? { [increment.field]: Number(record[increment.field]) + increment.by } : {};
    const result = { ...record, ...changes.set, ...added, etag: changes.etag };
    const next = toDocument(entity, result, { insertKey: document.insertKey, keys: keysWith(document, effects), outbox: [...document.outbox, ...outboxItems(effects, result, this.#deps.traceId())] });
    return { next, result };
  }

  #removed(document: CosmosDocument, where: readonly Clause[], effects: PreparedEffects): ReturnType<Step> {
    const { entity } = this.#deps;
    const record = recordOf(document);
    if (document.gone || !matches(entity, record, where)) return null;
    const keys = keysWith(document, effects);
    const outbox = [...document.outbox, ...outboxItems(effects, record, this.#deps.traceId())];
    return { next: hasRemains(document, keys, outbox) ? toRemains(entity, document, keys, outbox) : null, result: record };
  }

  async #change(where: readonly Clause[], effects: PreparedEffects, step: Step): Promise<WriteResult> {
    const id = where.find((clause) => clause.field === "id" && clause.op === "eq")?.value;
    if (typeof id !== "string") return { repeated: false, rows: [] };
    return this.#guarded(async (container) => {
      const result = await this.#replace(container, id, effects, step);
      if (result === "repeated") return { repeated: true, id };
      if (result) this.#announce(effects);
      return { repeated: false, rows: result ? [result] : [] };
    });
  }

  /** Reads, decides, writes over exactly what was read; again, if somebody was faster. */
  async #replace(container: Container, id: string, effects: PreparedEffects, step: Step): Promise<StoredRecord | "repeated" | null> {
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const document = await this.#read(container, id);
      if (!document) return null;
      if (effects.once && document.keys.includes(effects.once.key)) return "repeated";
      const outcome = step(document);
      if (!outcome) return null;
      try {
        const item = container.item(document.id, document.pk);
        const accessCondition = { type: "IfMatch", condition: document._etag };
        if (outcome.next) await item.replace(outcome.next, { accessCondition });
        else await item.delete({ accessCondition });
        return outcome.result;
      } catch (error) {
        const code = codeOf(error);
        if (code === 409) throw alreadyExists(this.#deps.entity, await this.#takenFields(container, { ...outcome.result }, id));
        if (code !== 412 && code !== 404) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(50, tries)));
      }
    }
    throw conditionFailed(this.#deps.entity, id);
  }

  async #changeMany(where: readonly Clause[], effects: PreparedEffects, stepFor: (effects: PreparedEffects) => Step): Promise<CountResult> {
    return this.#guarded(async (container) => {
      if (effects.once && (await this.#read(container, keyRow(effects.once.key)))) return { repeated: true, count: 0 };
      const found = (await this.#fetch(matchingSql("*", where, this.#deps.partition))).map(({ row }) => String(row["id"]));
      const bare: PreparedEffects = { ...effects, messages: [], once: null };
      let count = 0;
      // The first that is changed takes the effects along; only then the others follow, several at a time.
      let place = 0;
      for (; place < found.length && count === 0; place += 1) count += (await this.#replace(container, found[place] ?? "", bare, stepFor({ ...effects, once: null }))) ? 1 : 0;
      for (; place < found.length; place += WIDTH) {
        const results = await Promise.all(found.slice(place, place + WIDTH).map((id) => this.#replace(container, id, bare, stepFor(bare))));
        count += results.filter(Boolean).length;
      }
      if (count > 0 && effects.once) await this.#keepKey(container, effects.once.key);
      if (count > 0) this.#announce(effects);
      return { repeated: false, count };
    });
  }

  async #insertOne(container: Container, rows: readonly StoredRecord[], documents: readonly Record<string, unknown>[], effects: PreparedEffects): Promise<WriteResult | null> {
    const [document] = documents;
    const [row] = rows;
    if (!document || !row) return null;
    try {
      await container.items.create(document);
      return null;
    } catch (error) {
      if (codeOf(error) !== 409) throw error;
      const first = await this.#firstWith(container, effects);
      if (first) return first;
      if (await this.#takeOver(container, document)) return null;
      throw alreadyExists(this.#deps.entity, await this.#takenFields(container, row, null));
    }
  }

  /** Over exactly what was read; again, if somebody was faster. */
  async #putOne(container: Container, row: StoredRecord, newer: string): Promise<boolean> {
    const { entity } = this.#deps;
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const before = await this.#read(container, row.id);
      if (before && !before.gone && Number(recordOf(before)[newer]) >= Number(row[newer])) return false;
      const document = toDocument(entity, row, { insertKey: before?.insertKey ?? `id:${row.id}`, keys: before?.keys ?? [], outbox: before?.outbox ?? [] });
      try {
        if (before) await container.item(before.id, before.pk).replace(document, { accessCondition: { type: "IfMatch", condition: before._etag } });
        else await container.items.create(document);
        return true;
      } catch (error) {
        const code = codeOf(error);
        if (code !== 409 && code !== 412 && code !== 404) throw error;
        const taken = code === 409 ? await this.#takenFields(container, row, row.id) : ["id"];
        if (taken[0] !== "id") throw alreadyExists(entity, taken);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(50, tries)));
      }
    }
    throw conditionFailed(entity, row.id);
  }

  /** An id whose row is gone is free, though its remains are there. */
  async #takeOver(container: Container, document: Record<string, unknown>): Promise<boolean> {
    const item = container.item(String(document["id"]), String(document["pk"]));
    const remains = CosmosDocumentSchema.safeParse((await item.read()).resource).data;
    if (!remains?.gone) return false;
    const outbox = [...remains.outbox, ...(Array.isArray(document["outbox"]) ? document["outbox"] : [])];
    await item.replace({ ...document, ...(outbox.length > 0 ? { outbox } : {}) }, { accessCondition: { type: "IfMatch", condition: remains._etag } });
    return true;
  }

  async #insertMany(container: Container, rows: readonly StoredRecord[], documents: readonly Record<string, unknown>[], effects: PreparedEffects): Promise<WriteResult | null> {
    const made: Record<string, unknown>[] = [];
    for (const batch of batchesOf(documents)) {
      const pk = String(batch[0]?.["pk"]);
      const { result = [] } = await container.items.batch(batch.map((resourceBody) => ({ operationType: "Create" as const, resourceBody: { ...resourceBody, id: String(resourceBody["id"]) } })), pk);
      const failed = result.findIndex(({ statusCode }) => statusCode >= 400 && statusCode !== 424);
      made.push(...batch.filter((_, place) => (result[place]?.statusCode ?? 500) < 300));
      if (failed < 0) continue;
      // The service undoes a failed batch itself; batches before it, and a server that does not, are undone here.
      await Promise.all(made.map((document) => container.item(String(document["id"]), pk).delete().catch(() => {})));
      if (result[failed]?.statusCode !== 409) throw Object.assign(new Error("Cosmos refused a batch"), { code: result[failed]?.statusCode });
      const first = await this.#firstWith(container, effects);
      if (first) return first;
      const row = rows.find(({ id }) => documentId(id) === batch[failed]?.["id"]);
      throw alreadyExists(this.#deps.entity, row ? await this.#takenFields(container, row, null) : []);
    }
    return null;
  }

  async #firstWith(container: Container, effects: PreparedEffects): Promise<WriteResult | null> {
    if (!effects.once) return null;
    const [first] = await this.#lookUp(container, "insertKey", `once:${effects.once.key}`);
    return first ? { repeated: true, id: String(first.row["id"]) } : null;
  }

  async #takenFields(container: Container, row: StoredRecord, own: string | null): Promise<readonly string[]> {
    for (const [place, fields] of (this.#deps.entity.unique ?? []).entries()) {
      if (fields.some((field) => row[field] === null)) continue;
      const found = await this.#lookUp(container, uniqueName(place), uniqueValue(fields, row));
      if (found.some((document) => document.row["id"] !== own)) return fields;
    }
    return ["id"];
  }

  async #lookUp(container: Container, property: string, value: string): Promise<readonly CosmosDocument[]> {
    const { partition } = this.#deps;
    const query = `SELECT * FROM c WHERE c["${property}"] = @value${partition === null ? "" : " AND c.pk = @pk"}`;
    const { resources } = await container.items.query({ query, parameters: [{ name: "@value", value }, ...(partition === null ? [] : [{ name: "@pk", value: partition }])] }, this.#options()).fetchAll();
    return resources.map((resource) => CosmosDocumentSchema.parse(resource));
  }

  /** By its address where the partition is known, which costs least; else wherever it is. */
  async #read(container: Container, id: string): Promise<CosmosDocument | null> {
    if (this.#deps.partition === null) return (await this.#lookUp(container, "id", documentId(id)))[0] ?? null;
    const { resource } = await container.item(documentId(id), this.#deps.partition).read();
    return resource === undefined ? null : CosmosDocumentSchema.parse(resource);
  }

  async #keepKey(container: Container, key: string): Promise<void> {
    const id = keyRow(key);
    const pk = this.#deps.partition ?? "system";
    await container.items.upsert({ id: documentId(id), pk, etag: "", row: { id }, gone: true, insertKey: `id:${id}`, keys: [key], ttl: 30 * 86_400, ...Object.fromEntries((this.#deps.entity.unique ?? []).map((_, place) => [uniqueName(place), id])) });
  }

  async #fetch(query: SqlQuerySpec): Promise<readonly CosmosDocument[]> {
    return this.#guarded(async (container) => {
      const { resources } = await container.items.query(query, this.#options()).fetchAll();
      return resources.map((resource) => CosmosDocumentSchema.parse(resource));
    });
  }

  #options(): { partitionKey?: string } {
    return this.#deps.partition === null ? {} : { partitionKey: this.#deps.partition };
  }

  async #guarded<Result>(work: (container: Container) => Promise<Result>): Promise<Result> {
    try {
      return await work(await this.#deps.containers.of(this.#deps.entity));
    } catch (error) {
      throw toAppError(error);
    }
  }

  #announce(effects: PreparedEffects): void {
    if (effects.messages.length > 0) this.#deps.written();
  }
}

function keysWith(document: CosmosDocument, effects: PreparedEffects): readonly string[] {
  return effects.once ? [...document.keys, effects.once.key] : document.keys;
}

/** Where the key of a write to many rows is kept: in a document that is no row. */
function keyRow(key: string): string {
  return `once:${key}`;
}

/** Batches of one partition each. */
function batchesOf(documents: readonly Record<string, unknown>[]): Record<string, unknown>[][] {
  const partitions = Map.groupBy(documents, (document) => document["pk"]);
  return [...partitions.values()].flatMap((group) => Array.from({ length: Math.ceil(group.length / BATCH) }, (_, place) => group.slice(place * BATCH, (place + 1) * BATCH)));
}

/** The partition a caller's rows of an entity are in. */
export function partitionFor(entity: EntityDescriptor, tenant: string | null): string | null {
  return TENANT_FIELD[entity.tenancy] === null ? partitionOf(entity, {}) : tenant;
}
