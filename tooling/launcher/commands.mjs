import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { attach, ownDatabase } from "./attach.mjs";
import { openDataDirectory } from "./data-directory.mjs";
import { setUpRequest } from "./database.mjs";
import { loadEnvFile } from "./env-file.mjs";
import { dataDirectory, variable } from "./environment.mjs";
import { exists } from "./files.mjs";
import { inClone, ROOT, UNFINISHED_RESTORE } from "./paths.mjs";
import { clearLeftovers } from "./postgres-cluster.mjs";
import { prepare } from "./prepare.mjs";
import { Problem, Stopped } from "./problem.mjs";
import { runProgram } from "./run-program.mjs";
import { endOrphans } from "./run-state.mjs";
import { start } from "./start.mjs";
import { onStopSignals } from "./stop-signals.mjs";
import { Terminal } from "./terminal.mjs";

/** @import { NodeRuntime } from "./node-runtime.mjs" */
/** @import { Settings } from "./settings.mjs" */

/**
 * @typedef {object} CommandContext
 * @property {NodeRuntime} runtime
 * @property {readonly string[]} args
 * @property {Terminal} terminal
 * @property {AbortSignal} signal
 *
 * @typedef {object} Command
 * @property {string} usage
 * @property {string} does
 * @property {(context: CommandContext) => Promise<number>} run
 * @property {boolean} [web] Needs the built pages.
 */

/** Commands that run the product or work on its data. */
const OPERATION = new Set(["start", "dev", "module", "admin", "backup", "restore"]);
/** A refusal is said to whoever has the terminal; lines of a log between are for nobody. */
const ANSWERS_IN_WORDS = { LOG_LEVEL: "error" };
const TSC = "node_modules/typescript/bin/tsc";

/** @type {Readonly<Record<string, Command>>} */
const COMMANDS = {
  test: { usage: "npm test", does: "everything: lint, types, tests, journeys in the browser", web: true, run: ({ runtime, args, signal }) => runProgram(runtime, ["tooling/test/main.ts", ...args], { signal }) },
  lint: { usage: "npm run lint", does: "the rules of the code", run: ({ runtime, args, signal }) => runProgram(runtime, ["node_modules/oxlint/bin/oxlint", "--deny-warnings", ...args], { signal }) },
  typecheck: { usage: "npm run typecheck", does: "the types of everything", run: typecheck },
  bench: { usage: "npm run bench", does: "the benchmarks", run: ({ runtime, args, signal }) => runProgram(runtime, ["tooling/bench/main.ts", ...args], { signal }) },
  gen: { usage: "npm run gen", does: "everything that is generated and committed", run: ({ runtime, args, signal }) => runProgram(runtime, ["tooling/generate/main.ts", ...args], { signal }) },
  "new:module": { usage: "npm run new:module NAME", does: "a new module that passes all walls", run: ({ runtime, args, signal }) => runProgram(runtime, ["tooling/generate/new-module.ts", ...args], { signal }) },
  module: { usage: "npm run module -- NAME", does: "one module on its own, on the port in its manifest", run: (context) => besideDatabase(context, "module", "apps/gateway/src/module.ts") },
  admin: { usage: "npm run admin -- reset-password EMAIL", does: "what an administrator does at the terminal", run: (context) => besideDatabase(context, "admin", "apps/gateway/src/admin.ts", ANSWERS_IN_WORDS) },
  "db:migration": { usage: "npm run db:migration -- NAME", does: "the next migration, row-level security included", run: ({ runtime, args, signal }) => runProgram(runtime, ["tooling/database/author-migration.ts", ...args], { signal }) },
  backup: { usage: "npm run backup -- FILE", does: "all data into one file, while the product runs or stands", run: backup },
  restore: { usage: "npm run restore -- FILE", does: "a backup into an empty data directory", run: restore },
};

/**
 * @param {readonly string[]} argv
 * @returns {Promise<number>} The exit code.
 */
export async function runCommand([name = "", ...args]) {
  // Tests and generators give the same result on every machine, whatever its operator set.
  if (OPERATION.has(name)) loadEnvFile(inClone(".env"));
  if (name === "start" || name === "dev") return start({ watch: name === "dev" });
  const terminal = new Terminal();
  const command = COMMANDS[name];
  if (!command) {
    terminal.line(name ? `There is no command "${name}".\n` : "");
    const all = { start: { usage: "npm start", does: "the product" }, dev: { usage: "npm run dev", does: "the product, taking over changed sources" }, ...COMMANDS };
    for (const { usage, does } of Object.values(all)) terminal.line(`  ${usage.padEnd(42)} ${does}`);
    return name ? 1 : 0;
  }
  const signals = onStopSignals({ onSecond: () => process.exit(1) });
  try {
    const runtime = await prepare({ terminal, signal: signals.signal, quiet: true, web: command.web === true });
    return await command.run({ runtime, args, terminal, signal: signals.signal });
  } catch (error) {
    terminal.problem(error);
    // Whoever reads the last line of a test run finds one in any case.
    if (name === "test") terminal.line("\n0 passed, 1 failed");
    return error instanceof Stopped ? 130 : 1;
  } finally {
    signals.dispose();
  }
}

/**
 * `tsc -b` over every package, found by its tsconfig, so that none is forgotten; then the pages, which Next compiles.
 *
 * @param {CommandContext} context
 */
async function typecheck({ runtime, args, signal }) {
  const folders = ["apps", "packages", "packages/modules"].flatMap((parent) => readdirSync(inClone(parent)).map((name) => join(parent, name)));
  const projects = [...folders, "packages/modules", "tooling"].filter((folder) => folder !== "apps/web" && existsSync(inClone(folder, "tsconfig.json")));
  const packages = await runProgram(runtime, [TSC, "-b", ...projects, ...args], { signal });
  const web = existsSync(inClone("apps/web/tsconfig.json")) ? await runProgram(runtime, [TSC, "-p", "apps/web", "--noEmit"], { signal }) : 0;
  const journeys = existsSync(inClone("e2e/tsconfig.json")) ? await runProgram(runtime, [TSC, "-p", "e2e", "--noEmit"], { signal }) : 0;
  return packages || web || journeys;
}

/**
 * @param {CommandContext} context
 * @param {string} command
 * @param {string} entry
 * @param {Readonly<Record<string, string>>} [defaults] Variables for where the operator set none.
 */
async function besideDatabase({ runtime, args, terminal, signal }, command, entry, defaults = {}) {
  const { environment, release } = await attach({ runtime, terminal, command, signal });
  try {
    return await runProgram(runtime, [entry, ...args], { env: { ...defaults, ...environment }, signal });
  } finally {
    await release();
  }
}

/** @param {CommandContext} context */
async function backup({ runtime, args, terminal, signal }) {
  const file = fileArgument(args, "npm run backup -- FILE");
  const { plan, paths, settings, release } = await attach({ runtime, terminal, command: "backup", signal });
  try {
    requireRows(settings);
    if (plan.ownerUrl === null) throw new Problem("The database's owner is not known here, and the backup reads as the owner.", "Set DATABASE_OWNER_URL, or back the database up with its own tools.");
    return await runProgram(runtime, ["tooling/backup/backup.ts"], { input: JSON.stringify({ file, ownerUrl: plan.ownerUrl, dataDirectory: paths.directory, queuesInRedis: settings.redisUrl !== null }), signal });
  } finally {
    await release();
  }
}

/** @param {CommandContext} context */
async function restore({ runtime, args, signal }) {
  const file = fileArgument(args, "npm run restore -- FILE");
  const directory = dataDirectory();
  const program = ["tooling/backup/restore.ts"];
  if (exists(join(directory, UNFINISHED_RESTORE))) await clearUnfinishedRestore(directory);
  const verified = await runProgram(runtime, program, { input: JSON.stringify({ part: "files", file, dataDirectory: directory }), signal });
  if (verified !== 0) return verified;
  const { plan, secrets, settings, release } = await ownDatabase({ runtime, command: "restore", signal, restoring: true });
  try {
    requireRows(settings);
    if (plan.ownerUrl === null) throw new Problem("The database's owner is not known here, and a restore writes as the owner.", "Set DATABASE_OWNER_URL.");
    const loaded = await runProgram(runtime, program, { input: JSON.stringify({ part: "database", file, dataDirectory: directory, database: setUpRequest(plan, secrets) }), signal });
    if (loaded === 0) rmSync(join(directory, UNFINISHED_RESTORE));
    return loaded;
  } finally {
    await release();
  }
}

/**
 * A file that looks like a backup and has no rows in it would be worse than none.
 *
 * @param {Settings} settings
 */
function requireRows({ provider }) {
  if (provider === "postgresql") return;
  const remedies = {
    cosmos: "Use the backups of Cosmos DB for them, and copy the data directory while the product stands: secrets, coder.yaml and the projects are there.",
    memory: "With DATABASE_PROVIDER=memory nothing outlives the process. Use postgresql for what is to be kept.",
  };
  throw new Problem(`The rows of this installation are not in PostgreSQL (DATABASE_PROVIDER=${provider}), so they cannot be backed up or restored here.`, remedies[provider]);
}

/**
 * What a killed restore left running must be gone before its files go.
 *
 * @param {string} directory
 */
async function clearUnfinishedRestore(directory) {
  const { paths, lock } = await openDataDirectory(directory, () => ({ command: "restore" }), { restoring: true });
  await endOrphans(paths);
  if (exists(paths.cluster)) await clearLeftovers(paths);
  await lock.release();
}

/**
 * @param {readonly string[]} args
 * @param {string} usage
 */
function fileArgument(args, usage) {
  const [file, ...rest] = args;
  if (!file || rest.length > 0) throw new Problem("Which file?", usage);
  // npm starts scripts in the clone's root; the person means the folder they are in.
  return resolve(variable("INIT_CWD") ?? ROOT, file);
}
