import type { configurationServiceRouter } from "@coder/api/configuration-service/router";
import type { SystemCaller } from "@coder/shared";
import type { ISettingsPort } from "@coder/shared/server";
import type { ServiceClient } from "@coder/shared/trpc";

export interface SettingsPortDeps {
  readonly configuration: ServiceClient<typeof configurationServiceRouter>;
  readonly caller: SystemCaller;
}

/** The database tier for the configuration of any process, wherever this module runs. */
export class SettingsPort implements ISettingsPort {
  readonly #deps: SettingsPortDeps;

  constructor(deps: SettingsPortDeps) {
    this.#deps = deps;
  }

  snapshot(): ReturnType<ISettingsPort["snapshot"]> {
    return this.#deps.configuration(this.#deps.caller).snapshot({});
  }
}
