import type { ILogger } from "@coder/shared/trpc";
import { BareDriver } from "./drivers/BareDriver.ts";
import { BubblewrapDriver } from "./drivers/BubblewrapDriver.ts";
import type { IDriver } from "./drivers/driver.ts";
import { sandboxUnavailable } from "./errors.ts";
import { openCgroups } from "./limits/cgroups.ts";
import type { IMeters } from "./limits/meter.ts";
import { PROCESS_TABLE } from "./limits/process-table.ts";
import { notInstalled, tryOut, type Shortfall } from "./try-out.ts";
import type { RunIds } from "./ownership/RunIds.ts";
import { Staging } from "./ownership/Staging.ts";
import type { SandboxStatus } from "./ISandbox.ts";

export interface IsolationOptions {
  /** Bubblewrap, by name or path. */
  readonly program: string;
  readonly runIds: RunIds | null;
  /** What the owner says now: may programs run with no isolation but another uid? */
  readonly allowBareProcess: () => boolean;
  /** Nothing of it is for a bare process to read, except the work trees. */
  readonly dataDirectory: string;
  readonly log: ILogger;
}

/** What was not there may have been installed since. */
const LOOK_AGAIN_MS = 5_000;

type Found = { readonly driver: IDriver } | { readonly shortfall: Shortfall; readonly at: number };

/** Finds out, by trying, what this machine gives to isolate and to limit runs. */
export class Isolation {
  readonly #options: IsolationOptions;
  readonly #staging: Staging | null;
  #meters: Promise<IMeters> | null = null;
  #found: Promise<Found> | null = null;
  #bare: Promise<BareDriver> | null = null;

  constructor(options: IsolationOptions) {
    this.#options = options;
    this.#staging = options.runIds === null ? null : new Staging();
  }

  /** Throws `sandbox_unavailable`. */
  async driver(): Promise<IDriver> {
    const found = await this.#look();
    if ("driver" in found) return found.driver;
    if (!this.#options.allowBareProcess()) throw sandboxUnavailable(found.shortfall.reason, found.shortfall.remedy);
    this.#bare ??= BareDriver.open({ ...this.#options, asRoot: this.#options.runIds !== null });
    return this.#bare;
  }

  meters(): Promise<IMeters> {
    this.#meters ??= openCgroups().then((cgroups) => cgroups ?? PROCESS_TABLE);
    return this.#meters;
  }

  async status(): Promise<SandboxStatus> {
    const found = await this.#look();
    const { description, exact } = await this.meters();
    const weak = exact ? [] : ["There is no cgroup that this process may use: limits on memory and processes are less exact"];
    if ("driver" in found) {
      const { name, inForce, missing } = found.driver;
      return { driver: name, inForce: [...inForce, description], missing: [...missing, ...weak], remedy: null };
    }
    const { reason, remedy } = found.shortfall;
    if (!this.#options.allowBareProcess()) return { driver: null, inForce: [], missing: [reason], remedy };
    const { name, inForce, missing } = await this.driver();
    return { driver: name, inForce: [...inForce, description], missing: [reason, ...missing, ...weak], remedy };
  }

  async close(): Promise<void> {
    const found = await this.#found;
    if (found && "driver" in found) await found.driver.close();
    await (await this.#bare?.catch(() => null))?.close();
    await this.#staging?.close();
    await (await this.#meters)?.close();
  }

  async #look(): Promise<Found> {
    const looked = (this.#found ??= this.#tryBubblewrap());
    const found = await looked;
    if ("driver" in found || Date.now() - found.at < LOOK_AGAIN_MS) return found;
    if (this.#found === looked) this.#found = this.#tryBubblewrap();
    return this.#found ?? found;
  }

  async #tryBubblewrap(): Promise<Found> {
    const { program, runIds } = this.#options;
    const meters = await this.meters();
    const driver = await BubblewrapDriver.open({ program, staging: this.#staging, countsAllMemory: meters.exact });
    if (driver === null) return this.#without(await notInstalled(program));
    const shortfall = await tryOut(driver, { meters, runIds });
    if (shortfall === null) return { driver };
    await driver.close();
    return this.#without(shortfall);
  }

  #without(shortfall: Shortfall): Found {
    this.#options.log.warn({ reason: shortfall.reason }, "Programs of projects cannot be isolated here");
    return { shortfall, at: Date.now() };
  }
}
