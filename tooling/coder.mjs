#!/usr/bin/env node
// The one way in: `npm start` is `node tooling/coder.mjs start`, and so for every command. Runs on Node 18, with nothing installed.
const major = Number(process.versions.node.split(".")[0]);
if (major < 18) {
  console.error(`Coder IDE needs Node 18 or newer to begin with; this is ${process.versions.node}.\n→ Install a newer Node, then start again.`);
  process.exit(1);
}
const { runCommand } = await import("./launcher/commands.mjs");
process.exitCode = await runCommand(process.argv.slice(2));
