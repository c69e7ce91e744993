import { createDatabase, sqlStateOf, withClient } from "./connection.mjs";
import { log, messageOf } from "./log.mjs";

/**
 * What the CLI asks before it speaks JSON-RPC.
 *
 * @type {Readonly<Record<string, (url: string) => Promise<unknown>>>}
 */
const COMMANDS = {
  "can-connect-to-database": (url) => withClient(url, async () => undefined),
  "create-database": createDatabase,
};

/** SQLSTATE → Prisma's code for it; everything else means "cannot reach the server". */
const ERROR_CODES = new Map([
  ["3D000", "P1003"],
  ["28P01", "P1000"],
]);

/**
 * @param {string} name
 * @param {string} url
 * @returns {Promise<number>} The exit code.
 */
export async function runCommand(name, url) {
  // The CLI throws away the first line of stderr, whatever it says.
  log("INFO", { message: "Starting schema engine CLI" });
  try {
    const command = COMMANDS[name];
    if (!command) throw new Error(`The schema engine has no command "${name}"`);
    await command(url);
    return 0;
  } catch (error) {
    log("ERROR", { message: messageOf(error), error_code: ERROR_CODES.get(sqlStateOf(error) ?? "") ?? "P1001", is_panic: false });
    return 1;
  }
}
