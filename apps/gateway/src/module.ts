import { registry } from "@coder/modules";
import { runUntilSignal, startHost } from "@coder/shared/server";

/** Runs the modules named on the command line as a process of their own, each call from and to the others signed. */
const names = process.argv.slice(2);
if (names.length === 0) {
  process.stderr.write(`Name the module to run: ${registry.map((module) => module.name).join(", ")}\n`);
  process.exitCode = 2;
} else {
  await runUntilSignal(() => startHost({ modules: registry, roles: ["http", "jobs"], only: names }));
}
