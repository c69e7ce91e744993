import type { AnyRouter } from "@trpc/server";
import { AppError } from "../../app-error.ts";
import type { RequestContext } from "../../trpc/context.ts";
import { router } from "../../trpc/procedure.ts";
import { createServiceClient, type IServiceTransport, type ServiceCall } from "../../trpc/service-client.ts";
import type { ServiceRef } from "../../trpc/service-ref.ts";
import type { KernelConfig } from "../config/kernel-config.ts";
import type { RequestFacts } from "../edge/request-facts.ts";
import type { AnyModule, ClientFactory, ModuleInstance } from "../module.ts";
import type { ServedTransfer } from "../edge/transfers/answer-transfer.ts";
import type { IServiceTokens } from "../service-token.ts";
import type { TransferBinding } from "../transfers/handle-transfer.ts";
import { forwardingRouter } from "../transport/forwarding-router.ts";
import { LocalTransport } from "../transport/LocalTransport.ts";
import { remoteStream } from "../transport/remote-stream.ts";
import { remoteTransfer } from "../transport/remote-transfer.ts";
import { RemoteTransport } from "../transport/RemoteTransport.ts";
import type { ILogger } from "../../trpc/context.ts";
import { boundTransfers } from "./bound-transfers.ts";
import { routerKey, transfersOf, type ModulePlacement } from "./registry.ts";

type ServiceAddresses = Pick<KernelConfig, "services" | "server">;

/** Where a module that is not in this process answers. */
export function addressOf(module: string, config: ServiceAddresses): string {
  const url = config.services[module]?.url ?? config.server.gatewayUrl;
  if (url) return url;
  throw new Error(`${module} does not run in this process and has no address: set services.${module}.url, or GATEWAY_URL for all such modules`);
}

interface ServicesDeps {
  readonly placement: ModulePlacement;
  readonly kernelRouter: AnyRouter;
  readonly config: ServiceAddresses;
  readonly tokens: IServiceTokens;
  readonly createContext: (facts: RequestFacts) => RequestContext;
  readonly log: ILogger;
}

/** The modules as the rest of the process sees them: one router, one way to call. */
export class Services {
  readonly router: AnyRouter;
  readonly #instances = new Map<string, unknown>();
  readonly #transports = new Map<string, IServiceTransport>();
  readonly #remotes: RemoteTransport[] = [];

  readonly #deps: ServicesDeps;

  constructor(deps: ServicesDeps) {
    this.#deps = deps;
    const { placement, config, tokens, log, createContext } = deps;
    const routers: Record<string, AnyRouter> = { kernel: deps.kernelRouter };
    for (const module of placement.elsewhere) {
      const remote = { module: module.name, url: addressOf(module.name, config), tokens, log };
      const transport = new RemoteTransport(remote);
      this.#remotes.push(transport);
      this.#transports.set(module.name, transport);
      routers[routerKey(module.name)] = forwardingRouter({ module: module.name, router: module.router, transport, stream: (call) => remoteStream(remote, call) });
    }
    for (const module of placement.here) routers[routerKey(module.name)] = module.router;
    this.router = router(routers);
    const local = new LocalTransport({ router: this.router, createContext });
    for (const module of placement.here) this.#transports.set(module.name, local);
  }

  /** Typed clients of every module, wherever it runs. One that this installation does not have answers `module_absent` when it is called, not before. */
  readonly client: ClientFactory = (ref) => createServiceClient(ref, { call: (request) => this.#call(request) });

  /** The same for one module, which reaches those it names in its manifest: so what a module stands on is seen there. */
  clientOf({ name, needs }: Pick<AnyModule, "name" | "needs">): ClientFactory {
    return (ref) => {
      if (ref.module !== name && !needs.includes(ref.module)) throw new Error(`${name} calls ${ref.module} and does not name it in its needs`);
      return this.client(ref);
    };
  }

  provide(module: Pick<AnyModule, "name">, instance: ModuleInstance): void {
    this.#instances.set(module.name, instance.service);
  }

  provideService<Service>(ref: ServiceRef<Service>, service: Service): void {
    this.#instances.set(ref.module, service);
  }

  /** The implementation behind a ref in this process. */
  resolve<Service>(ref: ServiceRef<Service>): Service {
    const service = this.#instances.get(ref.module);
    if (service === undefined) throw new Error(`The service ${ref.module} is not in this process`);
    // The ref carries the interface that defineModule checked the implementation against.
    return service as Service;
  }

  /** The transfers of all modules; of those elsewhere, as what passes the bytes on. Throws where a module here leaves one unbound, or binds one that it does not declare. */
  transfers(bindings: (module: string) => readonly TransferBinding[]): readonly ServedTransfer[] {
    const { placement, config, tokens, log } = this.#deps;
    const here = placement.here.flatMap((module) => boundTransfers(module, bindings(module.name)));
    const elsewhere = placement.elsewhere.flatMap((module) =>
      transfersOf(module).map((transfer) => ({ ...transfer, binding: remoteTransfer({ module: module.name, url: addressOf(module.name, config), tokens, log }, transfer) })),
    );
    return [...here, ...elsewhere];
  }

  close(): void {
    for (const remote of this.#remotes) remote.close();
  }

  async #call(request: ServiceCall): Promise<unknown> {
    const transport = this.#transports.get(request.module);
    if (!transport) {
      throw new AppError("unavailable", "module_absent", `This installation does not have the module ${request.module}.`, {
        remedy: "Do without what it offers, or install a version of the product that has it.",
        details: { module: request.module },
      });
    }
    return transport.call(request);
  }
}
