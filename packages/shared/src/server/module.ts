import type { AnyRouter } from "@trpc/server";
import type { z } from "zod";
import type { SystemCaller } from "../caller.ts";
import type { TransferCatalogue } from "../define-transfer.ts";
import type { PermissionCatalogue } from "../permissions.ts";
import type { IAuditPort, ILogger, IPermissionPort, ISessionPort } from "../trpc/context.ts";
import type { ServiceClient } from "../trpc/service-client.ts";
import type { ClientRef, ServiceRef } from "../trpc/service-ref.ts";
import type { IConfigCatalogue } from "./config/catalogue.ts";
import type { ILiveConfig } from "./config/live-config.ts";
import type { KernelConfig } from "./config/kernel-config.ts";
import type { ISettingsPort } from "./config/settings-port.ts";
import type { EventBinding } from "./events/event-handler.ts";
import type { HealthCheck } from "../health.ts";
import type { EndlessWork } from "./host/background-work.ts";
import type { JobBinding } from "./jobs/job-handler.ts";
import type { IJobs } from "./jobs/jobs.ts";
import type { IOutbox } from "./outbox.ts";
import type { TransferBinding } from "./transfers/handle-transfer.ts";

/** Something modules stand on that is opened once per process: the database, a blob store. */
export interface ResourceDefinition<Value> {
  readonly name: string;
  open(context: ResourceContext): Promise<ResourceInstance<Value>>;
}
export interface ResourceContext {
  /** As it was when the process started. */
  readonly config: KernelConfig;
  /** As it is now, for what may be changed while the product runs. */
  readonly live: ILiveConfig<KernelConfig>;
  /** To be told of each piece of work across tenants, by its listed reason: the host keeps the record. */
  readonly noteCrossTenantWork: (reason: string) => void;
  readonly log: ILogger;
}
export interface ResourceInstance<Value> {
  readonly value: Value;
  readonly health: HealthCheck;
  /** Present where writes leave effects behind; the host then runs a relay for it in the role `jobs`. */
  readonly outbox?: IOutbox;
  close(): Promise<void>;
}

export function defineResource<Value>(definition: ResourceDefinition<Value>): ResourceDefinition<Value> {
  return definition;
}

/** How a module reaches others, near or far. */
export type ClientFactory = <Router>(ref: ClientRef<Router>) => ServiceClient<Router>;

/** What a module does for the kernel itself. Made in every process that lists the module, over its client: so it works when the module runs elsewhere. */
export interface KernelPorts {
  readonly sessions?: (context: PortContext) => ISessionPort;
  readonly permissions?: (context: PortContext) => IPermissionPort;
  readonly audit?: (context: PortContext) => IAuditPort;
  readonly settings?: (context: PortContext) => ISettingsPort;
}
export interface PortContext {
  readonly client: ClientFactory;
  readonly caller: SystemCaller;
  readonly log: ILogger;
}

type ResourceMap = Readonly<Record<string, ResourceDefinition<unknown>>>;
type ValuesOf<Resources extends ResourceMap> = {
  readonly [Name in keyof Resources]: Resources[Name] extends ResourceDefinition<infer Value> ? Value : never;
};

/** What the kernel and the walls need to know of a table; `@coder/db` knows the rest. */
export interface OwnedEntity {
  readonly table: string;
  readonly model: string;
  readonly tenancy: "organization" | "user" | "system";
}

/** A module's manifest: everything the host, the walls and the documentation need to know of it. */
export interface ModuleDefinition<Service = unknown, Config extends z.ZodObject = z.ZodObject, Resources extends ResourceMap = ResourceMap> {
  /** kebab-case, as in the registry. */
  readonly name: string;
  readonly description: string;
  /** Where it listens when it runs on its own. */
  readonly port: number;
  /** REST paths below which all its routes lie, for example `/api/v1/logs`. */
  readonly apiBase: readonly `/api/v1/${string}`[];
  readonly service: ServiceRef<Service>;
  readonly router: AnyRouter;
  /** Streams of bytes beside the router; `setup` binds each with `handleTransfer`. */
  readonly transfers?: TransferCatalogue;
  /** Modules it calls. One that the registry does not have yet is optional and shown on the health page. */
  readonly needs: readonly string[];
  readonly permissions: PermissionCatalogue;
  /** What the names of all its tables begin with, underscore included. Nobody else touches them. */
  readonly tablePrefix: `${string}_`;
  readonly entities: readonly OwnedEntity[];
  readonly config: {
    readonly schema: Config;
    /** The shipped `config/default.yaml`: the lowest tier, and the only place a default is written. */
    readonly defaults: URL;
  };
  readonly resources: Resources;
  readonly ports?: KernelPorts;
  /** Makes the module's parts. Calls nobody yet: others may not exist. */
  setup(context: ModuleContext<z.output<Config>, ValuesOf<Resources>>): ModuleInstance<Service>;
}

export interface ModuleContext<Config, Resources> {
  readonly config: ILiveConfig<Config>;
  readonly kernel: KernelConfig;
  /** Every configuration key this process knows, with its value and where that comes from. */
  readonly configCatalogue: IConfigCatalogue;
  readonly resources: Resources;
  readonly client: ClientFactory;
  /** Looks at the product's jobs and steers them. */
  readonly jobs: IJobs;
  /** What all registered modules declare, wherever they run. */
  readonly permissionCatalogue: PermissionCatalogue;
  readonly log: ILogger;
}

export interface ModuleInstance<Service = unknown> {
  readonly service: Service;
  readonly jobs?: readonly JobBinding[];
  readonly transfers?: readonly TransferBinding[];
  readonly events?: readonly EventBinding[];
  /**
   * Work of the role `jobs` that has no end, by name: runs until its signal aborts, and begins again after a failure. Every process with the
   * role runs it, so where one is enough they agree among themselves.
   */
  readonly background?: Readonly<Record<string, EndlessWork>>;
  readonly health?: Readonly<Record<string, HealthCheck>>;
  /** Runs after every module was set up. Throwing stops the process. */
  start?(): Promise<void>;
  /** Runs on drain, after the last request and job. */
  stop?(): Promise<void>;
}

/** What the registry holds: a manifest with its types erased. */
export type AnyModule = Omit<ModuleDefinition, "setup" | "service"> & {
  readonly service: ServiceRef<unknown>;
  // eslint-disable-next-line -- method syntax on purpose: the context's type is known to the module alone
  setup(context: ModuleContext<never, never>): ModuleInstance;
};

export function defineModule<Service, Config extends z.ZodObject, const Resources extends ResourceMap>(
  definition: ModuleDefinition<Service, Config, Resources>,
): ModuleDefinition<Service, Config, Resources> {
  return definition;
}
