import { Duplex } from "node:stream";
import type pg from "pg";
import { expect, it } from "vitest";
import { scopedStatement } from "./scoped-pool.ts";

const ANSWER = { command: "SELECT", rowCount: 0, oid: 0, fields: [], rows: [] } satisfies pg.QueryResult;

/** A connection that tells what each write to its socket held. */
function connection(refuse: (text: string) => boolean = () => false) {
  const writes: string[][] = [];
  const stream = new Duplex({
    write: (chunk, _encoding, done) => (writes.push([String(chunk)]), done()),
    writev: (chunks, done) => (writes.push(chunks.map(({ chunk }) => String(chunk))), done()),
    read: () => undefined,
  });
  const query = (given: pg.QueryConfig | string): Promise<pg.QueryResult> => {
    const text = typeof given === "string" ? given : given.text;
    if (refuse(text)) throw new Error("The connection is closed");
    stream.write(text);
    return Promise.resolve(ANSWER);
  };
  return { writes, client: { connection: { stream }, query } };
}

it("a statement leaves with its scope and its end in one write", async () => {
  const { writes, client } = connection();
  expect(await scopedStatement(client, "begin", { text: "select 1" })).toBe(ANSWER);
  expect(writes).toEqual([["begin", "select 1", "commit"]]);
});

it("a connection that refuses to send holds nothing back", async () => {
  const { writes, client } = connection((text) => text === "select 1");
  await expect(scopedStatement(client, "begin", { text: "select 1" })).rejects.toThrow("closed");
  expect(writes).toEqual([["begin"]]);
  await scopedStatement(client, "begin", { text: "select 2" });
  expect(writes.slice(1)).toEqual([["begin", "select 2", "commit"]]);
});
