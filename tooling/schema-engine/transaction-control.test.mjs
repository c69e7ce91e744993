import { expect, test } from "vitest";
import { findTransactionControl } from "./transaction-control.mjs";

test.each([
  ["commit;", "commit"],
  ["create table a (x int);\nCOMMIT", "COMMIT"],
  ["begin; select 1; end;", "begin"],
  ["start   transaction read only;", "start transaction read only"],
  ["rollback;", "rollback"],
  ["create unique index concurrently on a (x);", "create unique index concurrently on a (x)"],
  ["reindex table concurrently a", "reindex table concurrently a"],
  ["VACUUM full", "VACUUM full"],
])("finds what would leave the transaction in %j", (script, found) => {
  expect(findTransactionControl(script)).toBe(found);
});

test.each([
  "create table commits (begin int, \"commit;\" text default 'a; commit; b');",
  "create function f() returns int language plpgsql as $$ begin return 1; end; $$;",
  "do $body$ begin perform 1; commit_it(); end $body$;",
  "-- commit;\n/* rollback; */ select 1;",
  "savepoint s; rollback to savepoint s; release savepoint s;",
  "insert into a values ('it''s; commit;');",
])("lets %j pass", (script) => {
  expect(findTransactionControl(script)).toBeNull();
});
