import type { OutboxItem } from "@coder/shared/server";
import type pg from "pg";
import { z } from "zod";
import { outboxItems } from "../outbox-item.ts";
import type { CountResult, OnceKey, PreparedEffects, StoredRecord, WriteResult } from "../table-driver.ts";
import { isKeyTaken } from "./postgres-errors.ts";
import type { PrismaDelegate } from "./prisma-module.ts";
import type { ScopeSettings } from "./tenancy-sql.ts";
import type { ScopedTransaction, TransactionSlots } from "./transaction-slots.ts";

/** What a write did: how many rows, and those rows where the store gives them back. */
export interface Written {
  readonly count: number;
  readonly rows: readonly StoredRecord[];
}

export interface EffectsContext {
  readonly transactions: TransactionSlots;
  traceId(): string | null;
  /** Called after a commit that left effects behind. */
  committed(): void;
}

export interface EffectfulWrite {
  readonly scope: ScopeSettings;
  readonly model: string;
  readonly effects: PreparedEffects;
  /** The one row of an insert, whose effects are known before it is written: then everything leaves in one flush. */
  readonly known: StoredRecord | null;
  work(table: PrismaDelegate): Promise<Written>;
}

/** The write, its key and its effects in one transaction: all of them, or none. */
export async function writeWithEffects(write: EffectfulWrite, context: EffectsContext): Promise<WriteResult & CountResult> {
  const { scope, effects } = write;
  try {
    const written = await context.transactions.use(scope, (transaction) => (write.known ? inOneFlush(transaction, write, write.known, context) : inSteps(transaction, write, context)));
    if (written.count > 0 && effects.messages.length > 0) context.committed();
    return { repeated: false, ...written };
  } catch (error) {
    if (!effects.once || !isKeyTaken(error)) throw error;
    return { repeated: true, count: 0, id: await firstRow(context.transactions, scope, effects.once) };
  }
}

async function inOneFlush(transaction: ScopedTransaction, write: EffectfulWrite, row: StoredRecord, context: EffectsContext): Promise<Written> {
  const { effects } = write;
  const key = effects.once ? [transaction.query(keyStatement(effects.once))] : [];
  let behind: Promise<void> = Promise.resolve();
  transaction.afterNextStatement(() => {
    const outbox = effects.messages.length > 0 ? [transaction.query(outboxStatement(outboxItems(effects, row, context.traceId())))] : [];
    behind = allOf([...outbox, transaction.commit()]);
    // Waited for below, and only when what it follows was not refused; a refusal nobody watches for would end the process.
    behind.catch(() => {});
  });
  const written = write.work(transaction.delegate(write.model));
  await allOf([...key, written]);
  await behind;
  return written;
}

async function inSteps(transaction: ScopedTransaction, write: EffectfulWrite, context: EffectsContext): Promise<Written> {
  const { effects } = write;
  const key = effects.once ? [transaction.query(keyStatement(effects.once))] : [];
  const work = write.work(transaction.delegate(write.model));
  await allOf([...key, work]);
  const written = await work;
  // What changed nothing leaves nothing behind, its key included.
  if (written.count === 0) return written;
  const outbox = effects.messages.length > 0 ? [transaction.query(outboxStatement(outboxItems(effects, written.rows[0], context.traceId())))] : [];
  await allOf([...outbox, transaction.commit()]);
  return written;
}

/** Waits for all, then throws the first refusal in the order they were sent: the later ones only follow from it. */
async function allOf(sent: readonly Promise<unknown>[]): Promise<void> {
  const refused = (await Promise.allSettled(sent)).find((answer) => answer.status === "rejected");
  if (refused) throw refused.reason;
}

/** While another transaction holds the key uncommitted, this waits for how that one ends. */
function keyStatement({ tenant, table, key, rowId }: OnceKey): pg.QueryConfig {
  return { name: "once_key", text: 'insert into kernel_once_keys (tenant, "table", key, row_id) values ($1, $2, $3, $4)', values: [tenant, table, key, rowId] };
}

/** When they were left is the database's to say: its clock is the only one that all processes share. */
function outboxStatement(items: readonly OutboxItem[]): pg.QueryConfig {
  return {
    name: "outbox",
    text: "insert into kernel_outbox (id, message, caller, trace_id) select * from unnest($1::uuid[], $2::jsonb[], $3::jsonb[], $4::text[])",
    values: [items.map(({ id }) => id), items.map(({ message }) => JSON.stringify(message)), items.map(({ caller }) => JSON.stringify(caller)), items.map(({ traceId }) => traceId)],
  };
}

async function firstRow(transactions: TransactionSlots, scope: ScopeSettings, { tenant, table, key }: OnceKey): Promise<string | null> {
  const { rows } = await transactions.use(scope, (transaction) =>
    transaction.query({ text: 'select row_id as id from kernel_once_keys where tenant = $1 and "table" = $2 and key = $3', values: [tenant, table, key] }),
  );
  return z.array(z.object({ id: z.string().nullable() })).parse(rows)[0]?.id ?? null;
}
