/**
 * The command line on which the Prisma CLI starts its schema engine.
 *
 * @typedef {object} EngineArguments
 * @property {readonly string[]} datamodels Paths of the schema files.
 * @property {{ url?: string, shadowDatabaseUrl?: string }} datasource
 * @property {string | null} command `cli` subcommand: answers through the exit code, without JSON-RPC.
 * @property {boolean} version
 */

/**
 * Unknown flags carry one value each and are skipped: newer CLIs add some that change nothing for us.
 *
 * @param {readonly string[]} argv
 * @returns {EngineArguments}
 */
export function parseArguments(argv) {
  /** @type {string[]} */
  const datamodels = [];
  let datasource = {};
  let command = null;
  let version = false;
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? "";
    const value = argv[index + 1] ?? "";
    if (word === "--version") version = true;
    else if (word === "cli") {
      command = value;
      index += 1;
    } else if (word.startsWith("--")) {
      if (word === "--datamodels") datamodels.push(value);
      if (word === "--datasource") datasource = JSON.parse(value);
      index += 1;
    }
  }
  return { datamodels, datasource, command, version };
}
