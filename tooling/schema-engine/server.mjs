import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import { EngineAdapterFactory } from "./adapter.mjs";
import { createDatabase, databaseExists, withDatabase } from "./connection.mjs";
import { log, messageOf } from "./log.mjs";
import { loadEngine } from "./wasm.mjs";

/** @import { EngineArguments } from "./arguments.mjs" */
/** @import { SchemaEngine } from "@prisma/schema-engine-wasm" */
/** @typedef {{ id: number, method: string, params: object }} Request */
/** @typedef {{ engine: SchemaEngine, adapters: EngineAdapterFactory }} OpenEngine */

const NO_DATABASE = "postgresql://localhost/none";

/** Answers the Prisma CLI's JSON-RPC, one message per line, until its end of the pipe closes. */
export class EngineServer {
  #arguments;
  #url;
  /** @type {Promise<OpenEngine> | null} */
  #engine = null;
  #running = 0;
  #closed = false;

  /** @param {EngineArguments} engineArguments */
  constructor(engineArguments) {
    this.#arguments = engineArguments;
    this.#url = engineArguments.datasource.url ?? NO_DATABASE;
  }

  listen() {
    const lines = createInterface({ input: process.stdin });
    lines.on("line", (line) => void this.#onLine(line));
    lines.on("close", () => {
      this.#closed = true;
      this.#exitWhenIdle();
    });
  }

  /** @param {string} line */
  async #onLine(line) {
    /** @type {Request} */
    const request = JSON.parse(line);
    if (!request.method) return;
    this.#running += 1;
    try {
      send({ jsonrpc: "2.0", id: request.id, result: await this.#answer(request) });
    } catch (error) {
      const data = { is_panic: false, message: messageOf(error), error_code: fieldOf(error, "code") ?? null, meta: fieldOf(error, "meta") };
      send({ jsonrpc: "2.0", id: request.id, error: { code: 4466, message: "An error happened. Check the data field for details.", data } });
    }
    this.#running -= 1;
    this.#exitWhenIdle();
  }

  #exitWhenIdle() {
    if (this.#closed && this.#running === 0) process.exit(0);
  }

  /**
   * @param {Request} request
   * @returns {Promise<unknown>}
   */
  async #answer({ id, method, params }) {
    switch (method) {
      case "createDatabase":
        return createDatabase(this.#url);
      case "getDatabaseVersion":
        return call(await this.#open(), "version", params);
      case "diff":
        return this.#diff(id, params);
      case "applyMigrations": {
        const open = await this.#open();
        return open.adapters.pool.allOrNothing(() => call(open, method, params));
      }
      default:
        return (await call(await this.#open(), method, params)) ?? {};
    }
  }

  /**
   * A difference needs a server, for its shadow database, but not yet the database itself. The CLI expects what is to be printed as a message of its own.
   *
   * @param {number} id
   * @param {object} params
   */
  async #diff(id, params) {
    const url = this.#url !== NO_DATABASE && !(await databaseExists(this.#url)) ? withDatabase(this.#url, "postgres") : this.#url;
    const result = await call(await this.#open(url), "diff", params);
    if (typeof result !== "object" || result === null || !("stdout" in result) || typeof result.stdout !== "string") return result;
    send({ jsonrpc: "2.0", id: 100_000 + id, method: "print", params: { content: result.stdout } });
    return { ...result, stdout: null };
  }

  #open(url = this.#url) {
    this.#engine ??= this.#start(url);
    return this.#engine;
  }

  /**
   * @param {string} url
   * @returns {Promise<OpenEngine>}
   */
  async #start(url) {
    const { SchemaEngine } = await loadEngine((message) => log("ERROR", { message, is_panic: true }));
    const adapters = new EngineAdapterFactory({ url, shadowUrl: this.#arguments.datasource.shadowDatabaseUrl });
    /** @type {[string, string][]} */
    const files = this.#arguments.datamodels.map((path) => [path, readFileSync(resolve(path), "utf8")]);
    const onLog = () => undefined;
    // An empty list of files makes the engine panic; `undefined` is fine.
    const engine = await SchemaEngine.new({ datamodels: files.length > 0 ? files : undefined }, onLog, bindMigrationAwareSqlAdapterFactory(adapters));
    return { engine, adapters };
  }
}

/**
 * @param {OpenEngine} open
 * @param {string} method
 * @param {object} params
 * @returns {Promise<unknown>}
 */
async function call({ engine }, method, params) {
  /** @type {unknown} */
  const operation = Reflect.get(engine, method);
  if (typeof operation !== "function") throw new Error(`The schema engine has no operation "${method}"`);
  return Reflect.apply(operation, engine, [params]);
}

/** @param {unknown} message */
function send(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/**
 * @param {unknown} error
 * @param {string} name
 * @returns {unknown}
 */
function fieldOf(error, name) {
  return error instanceof Error ? Reflect.get(error, name) : undefined;
}
