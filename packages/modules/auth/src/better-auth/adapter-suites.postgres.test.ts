import { fileURLToPath } from "node:url";
import { authFlowTestSuite, caseInsensitiveTestSuite, joinsTestSuite, normalTestSuite, testAdapter, uuidTestSuite } from "@better-auth/test-utils/adapter";
import { openPostgres } from "@coder/db";
import { createTestDatabase, silentLogger, tablesBlueprint } from "@coder/testing";
import { vi } from "vitest";
import { QUIET, suiteAdapter, SUITE_ENTITIES } from "../__fixtures__/suite-models.ts";

// The same suites as in memory, on a real PostgreSQL behind row-level security.
vi.spyOn(console, "log").mockImplementation(() => {});
const client = new URL("../__fixtures__/generated/", import.meta.url);
const models = fileURLToPath(new URL("../__fixtures__/suite.prisma", import.meta.url));
const tables = await createTestDatabase(tablesBlueprint({ name: "suite", models, client: fileURLToPath(client), entities: SUITE_ENTITIES }));
const database = await openPostgres({ url: tables.url, systemUrl: tables.systemUrl, poolSize: 5, cursorKey: "suite", log: silentLogger, client: new URL("prisma/client.ts", client) });

const { execute } = await testAdapter({
  adapter: (options) => suiteAdapter(database, options),
  runMigrations: () => {},
  overrideBetterAuthOptions: (options) => ({ ...options, ...QUIET }),
  tests: [normalTestSuite(), authFlowTestSuite(), joinsTestSuite(), uuidTestSuite(), caseInsensitiveTestSuite()],
  onFinish: async () => {
    await database.close();
    await tables.drop();
  },
});
execute();
