import type { loggingRouter } from "@coder/api/logging/router";
import type { SystemCaller } from "@coder/shared";
import type { AuditAttempt, AuditResult, IAuditPort, ServiceClient } from "@coder/shared/trpc";

/** The kernel's audit port over this module's client, so that it works from any process. */
export class AuditPort implements IAuditPort {
  readonly #logging: ServiceClient<typeof loggingRouter>;
  readonly #caller: SystemCaller;

  constructor(deps: { logging: ServiceClient<typeof loggingRouter>; caller: SystemCaller }) {
    this.#logging = deps.logging;
    this.#caller = deps.caller;
  }

  async begin({ caller, action, connection, traceId }: AuditAttempt): Promise<{ complete(result: AuditResult): Promise<void> }> {
    const logging = this.#logging(this.#caller);
    const { id } = await logging.beginEntry({
      caller,
      action,
      address: connection.address.slice(0, 100),
      userAgent: connection.userAgent.slice(0, 500),
      traceId,
    });
    return {
      complete: async (result) => {
        await logging.completeEntry({ id, ...result });
      },
    };
  }
}
