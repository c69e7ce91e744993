import { systemCaller } from "../../caller.ts";
import type { IAuditPort, ILogger, IPermissionPort, ISessionPort } from "../../trpc/context.ts";
import type { ISettingsPort } from "../config/settings-port.ts";
import type { AnyModule, ClientFactory, KernelPorts, PortContext } from "../module.ts";

export interface BoundPorts {
  readonly sessions: ISessionPort;
  readonly permissions: IPermissionPort;
  readonly audit: IAuditPort;
  /** Null where no module keeps settings. */
  readonly settings: ISettingsPort | null;
}

/**
 * Finds who does each of the kernel's duties. One module at most per duty. Where nobody does it: no session is valid, no
 * permission is held, and what would be audited is written to the log.
 */
export function bindPorts(modules: readonly AnyModule[], client: ClientFactory, log: ILogger): BoundPorts {
  const bind = <Name extends keyof KernelPorts>(name: Name) => {
    const providers = modules.filter((module) => module.ports?.[name]);
    if (providers.length > 1) throw new Error(`Only one module may provide ${name}: ${providers.map((module) => module.name).join(", ")}`);
    const [provider] = providers;
    const context: PortContext = { client, caller: systemCaller(`kernel.${name}`), log };
    return { make: provider?.ports?.[name], context };
  };
  const sessions = bind("sessions");
  const permissions = bind("permissions");
  const audit = bind("audit");
  const settings = bind("settings");
  return {
    sessions: sessions.make?.(sessions.context) ?? { resolve: async () => null },
    permissions: permissions.make?.(permissions.context) ?? { allows: async () => false },
    audit: audit.make?.(audit.context) ?? auditToLog(log),
    settings: settings.make?.(settings.context) ?? null,
  };
}

function auditToLog(log: ILogger): IAuditPort {
  return {
    begin: async ({ caller, action, traceId }) => ({
      complete: async ({ outcome, errorCode, target }) => log.info({ audit: { caller, action, outcome, errorCode, target, traceId } }, "Action"),
    }),
  };
}
