import { authFlowTestSuite, caseInsensitiveTestSuite, joinsTestSuite, normalTestSuite, testAdapter, uuidTestSuite } from "@better-auth/test-utils/adapter";
import { createMemoryDatabase } from "@coder/db";
import { vi } from "vitest";
import { QUIET, suiteAdapter } from "../__fixtures__/suite-models.ts";

// better-auth's own suites for adapters, on the memory store. Two do not apply, and the adapter says so: it has no numeric ids
// (`number-id`), and no transactions, because a write carries its effects instead (`transactions`).
vi.spyOn(console, "log").mockImplementation(() => {});
const database = createMemoryDatabase();

const { execute } = await testAdapter({
  adapter: (options) => suiteAdapter(database, options),
  runMigrations: () => {},
  overrideBetterAuthOptions: (options) => ({ ...options, ...QUIET }),
  tests: [normalTestSuite(), authFlowTestSuite(), joinsTestSuite(), uuidTestSuite(), caseInsensitiveTestSuite()],
});
execute();
