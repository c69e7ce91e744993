#!/usr/bin/env node
// The schema engine behind the ordinary Prisma CLI (`PRISMA_SCHEMA_ENGINE_BINARY` points here; prisma.config.ts sees to it). Prisma downloads its own
// engine from a server of its own, which a machine with nothing but the npm registry cannot reach; this one comes with `npm ci`.
import { parseArguments } from "./arguments.mjs";
import { runCommand } from "./commands.mjs";
import { EngineServer } from "./server.mjs";

const engineArguments = parseArguments(process.argv.slice(2));
if (engineArguments.version) console.log("schema-engine-cli wasm");
else if (engineArguments.command) process.exitCode = await runCommand(engineArguments.command, engineArguments.datasource.url ?? "");
else new EngineServer(engineArguments).listen();
