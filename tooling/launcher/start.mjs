import { rmSync } from "node:fs";
import { join } from "node:path";
import { isExposed, localUrl, publicAddress } from "./address.mjs";
import { isDiskFull, openDataDirectory } from "./data-directory.mjs";
import { setUpDatabase } from "./database.mjs";
import { dataDirectory, variable } from "./environment.mjs";
import { byLines, readable } from "./output.mjs";
import { productVersion } from "./paths.mjs";
import { freePort, probePort, reservePort } from "./ports.mjs";
import { startDatabase } from "./postgres.mjs";
import { prepare } from "./prepare.mjs";
import { Problem, Stopped } from "./problem.mjs";
import { baseVariables, hostEnvironment, productServices } from "./product.mjs";
import { endOrphans, RunStateFile } from "./run-state.mjs";
import { ensureSecrets } from "./secrets.mjs";
import { getJson } from "./services.mjs";
import { readSettings } from "./settings.mjs";
import { tellStaleInputs } from "./stale-inputs.mjs";
import { onStopSignals } from "./stop-signals.mjs";
import { Supervisor } from "./supervisor.mjs";
import { bringSystemPackages } from "./system-packages.mjs";
import { Terminal } from "./terminal.mjs";

/** @import { DataPaths } from "./paths.mjs" */
/** @import { Secrets } from "./secrets.mjs" */
/** @import { Settings } from "./settings.mjs" */

/**
 * Everything from a fresh clone to an address in the browser, and then until somebody stops it.
 *
 * @param {{ watch?: boolean }} [options] `watch`: development; sources are taken over as they change.
 * @returns {Promise<number>} The exit code.
 */
export async function start({ watch = false } = {}) {
  const terminal = new Terminal();
  /** @type {{ address?: string, local?: string }} What the holder of the data directory tells others. */
  const serving = {};
  /** @type {import("./lock.mjs").Lock | null} */
  let lock = null;
  /** @type {Supervisor | null} */
  let supervisor = null;
  const signals = onStopSignals({ onSecond: () => supervisor?.kill() });
  process.once("exit", () => supervisor?.killGroups());
  let exitCode = 0;
  try {
    terminal.line(`Coder IDE ${productVersion()}`);
    const opened = await openDataDirectory(dataDirectory(), () => ({ command: watch ? "dev" : "start", ...serving }));
    const { paths } = opened;
    lock = opened.lock;
    const orphans = await endOrphans(paths);
    if (orphans > 0) terminal.line(`  ✓ Ended ${orphans} ${orphans === 1 ? "process" : "processes"} that an earlier start left behind`);
    const stateFile = new RunStateFile(paths);
    stateFile.update({});
    supervisor = new Supervisor({ announce: announcer(terminal, paths), onChange: (processes) => stateFile.update({ processes }), onOutput: outputTo({ terminal, watch, isServing: () => serving.address !== undefined }) });
    const { address, local } = await bringUp({ terminal, supervisor, paths, watch, signal: signals.signal });
    stateFile.update({ address });
    Object.assign(serving, { address, local });
    if (watch) tellStaleInputs({ say: (text) => terminal.line(`${clock()} ${text}`), signal: signals.signal });
    await signals.stopped;
  } catch (error) {
    if (!(error instanceof Stopped)) exitCode = 1;
    terminal.problem(error);
  }
  if (supervisor) await terminal.step("Stopped", () => supervisor?.stop());
  await lock?.release();
  signals.dispose();
  return exitCode;
}

/**
 * @param {{ terminal: Terminal, supervisor: Supervisor, paths: DataPaths, watch: boolean, signal: AbortSignal }} options
 * @returns {Promise<{ address: string, local: string }>} What people open, and where this machine finds the gateway.
 */
async function bringUp({ terminal, supervisor, paths, watch, signal }) {
  const runtime = await prepare({ terminal, signal, web: !watch });
  await bringSystemPackages({ terminal, signal });
  const secrets = ensureSecrets(paths.secrets);
  const { settings, variables } = await terminal.step("Configuration", () => readSettings({ runtime, variables: baseVariables(paths, secrets), signal }));
  const server = { ...settings, port: await publicPort(settings) };
  const plan = await terminal.step("PostgreSQL", (step) => startDatabase({ settings, secrets, paths, supervisor, step, signal }));
  await terminal.step("Migrations", (step) => setUpDatabase({ plan, secrets, runtime, step, dataDirectory: paths.directory, signal }));
  const environment = hostEnvironment({ variables, plan, settings: server, secrets, mode: watch ? "development" : "production" });
  const { web, gateway, worker } = productServices({ paths, runtime, settings: server, webPort: await freePort("web"), environment, watch });
  const groups = [[web], [gateway, worker]];
  await terminal.step("Processes", async (step) => {
    const names = groups.flat().map(({ name }) => name);
    await supervisor.start(groups, { signal, onProgress: (ready) => step.progress(ready, names.length, "ready") });
    step.detail(names.join(", "));
  });
  const address = publicAddress(server);
  terminal.line(`\n  Ready after ${terminal.elapsed()}:  ${address}\n`);
  await printSetupCode({ terminal, server, secrets, paths });
  terminal.line("  Ctrl-C stops it.\n");
  return { address, local: localUrl(server.host, server.port) };
}

/** @param {Settings} settings */
async function publicPort({ host, port }) {
  const found = await probePort(port, host);
  if ("port" in found) {
    // The gateway listens there last: nothing that starts before it may be given the port. Who chose it for us may hold it already.
    await reservePort(found.port, "gateway");
    return found.port;
  }
  const remedies = /** @type {const} */ ({
    EADDRINUSE: [`Port ${port} on ${host} is held by another program.`, `End that program, or choose another port: PORT=${port + 1} npm start`],
    EACCES: [`This user may not listen on port ${port}.`, "Choose a port above 1023, or put a proxy in front."],
    EADDRNOTAVAIL: [`${host} is no address of this machine.`, "Set HOST to one of its addresses, to 0.0.0.0 for all of them, or leave it unset for this machine alone."],
    ENOTFOUND: [`The host name ${host} is not known.`, "Set HOST to an address of this machine, or leave it unset."],
  });
  const [message, remedy] = Object.entries(remedies).find(([code]) => code === found.code)?.[1] ?? [`Port ${port} on ${host} cannot be listened on (${found.code}).`, "Check HOST and PORT."];
  throw new Problem(message, remedy);
}

/**
 * With the door open to others, whoever comes first must have seen this terminal.
 *
 * @param {{ terminal: Terminal, server: Settings, secrets: Secrets, paths: DataPaths }} options
 */
async function printSetupCode({ terminal, server, secrets, paths }) {
  if (!isExposed(server)) return;
  const installation = await getJson(`${localUrl(server.host, server.port)}/api/v1/users/installation`);
  const claimed = typeof installation === "object" && installation !== null && "claimed" in installation && installation.claimed === true;
  if (claimed) rmSync(join(paths.secrets, "setup-code"), { force: true });
  else terminal.line(`  The first account needs this code:  ${variable("SETUP_CODE") ?? secrets.setupCode}\n`);
}

/**
 * News of the processes. What ends PostgreSQL again and again is most often a full disk, and then nobody can look at the health page.
 *
 * @param {Terminal} terminal
 * @param {DataPaths} paths
 */
function announcer(terminal, { directory }) {
  return (/** @type {string} */ text) => {
    terminal.line(`${clock()} ${text}`);
    if (isDiskFull(directory)) terminal.line(`         → The disk that holds ${directory} is full. Free some space there: all goes on by itself then, and what was confirmed is kept.`);
  };
}

/**
 * What the processes write, where somebody wants to read along: the log as it is with `LOG_OUTPUT=terminal`; in words while developing. There PostgreSQL's own
 * log stays in its file, and so does what the others say of a start that goes well.
 *
 * @param {{ terminal: Terminal, watch: boolean, isServing: () => boolean }} options
 * @returns {(name: string, data: Buffer) => void}
 */
function outputTo({ terminal, watch, isServing }) {
  const print = (/** @type {string} */ name, /** @type {string} */ text) => {
    for (const line of text.split("\n")) terminal.line(`${name.padEnd(10)} │ ${line}`);
  };
  if (variable("LOG_OUTPUT") === "terminal") return byLines(print);
  if (!watch) return () => undefined;
  return byLines((name, line) => {
    if (name === "PostgreSQL" || (name === "web" && !isServing())) return;
    const { text, matters } = readable(line);
    if (text !== "" && (matters || isServing())) print(name, text);
  });
}

function clock() {
  return new Date().toTimeString().slice(0, 8);
}
