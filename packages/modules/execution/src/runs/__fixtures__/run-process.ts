import { openPostgres } from "@coder/db";
import { silentLogger } from "@coder/testing";
import { RunRig } from "./RunRig.ts";

// A worker that performs one run, for a test that kills it: node run-process.ts '{ url, systemUrl, dataDirectory, caller, projectId, config, id }'
const { url, systemUrl, id, ...at } = JSON.parse(process.argv[2] ?? "{}");
const database = await openPostgres({ url, systemUrl, poolSize: 2, cursorKey: "test", log: silentLogger });
const rig = await RunRig.on({ database, ...at });
process.stdout.write("begun\n");
await rig.perform(id);
process.stdout.write("done\n");
process.exit(0);
