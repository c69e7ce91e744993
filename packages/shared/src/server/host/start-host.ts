import { readFileSync } from "node:fs";
import { z } from "zod";
import { AppError } from "../../app-error.ts";
import type { HealthCheck, HealthSummary } from "../../health.ts";
import type { RequestContext } from "../../trpc/context.ts";
import { kernelRef, kernelRouter } from "../../trpc/kernel-router.ts";
import { loadConfig } from "../config/load-config.ts";
import type { ILoadedConfig } from "../config/loaded-config.ts";
import type { KernelConfig } from "../config/kernel-config.ts";
import { createEdge } from "../edge/create-edge.ts";
import type { ReadinessSummary } from "../edge/probes.ts";
import { createRateLimiter } from "../edge/rate-limiter.ts";
import type { RequestFacts } from "../edge/request-facts.ts";
import { JobControl } from "../jobs/job-control.ts";
import { openQueueBackend, type QueueBackend } from "../jobs/queue-backend.ts";
import { queueHealth } from "../jobs/queue-health.ts";
import type { ProductFacts } from "../jobs/queue-registry.ts";
import { createLogger, type IRootLogger } from "../log/create-logger.ts";
import type { AnyModule, ClientFactory, ModuleContext, ModuleInstance } from "../module.ts";
import { createServiceTokens } from "../service-token.ts";
import { CrossTenantRecord } from "./CrossTenantRecord.ts";
import { diskHealth } from "./disk-health.ts";
import { runChecks, summarizeHealth, type NamedChecks } from "./health.ts";
import { startJobRole, workOf, type JobRole } from "./job-role.ts";
import { bindPorts, type BoundPorts } from "./ports.ts";
import { permissionCatalogue, placeModules, type ModulePlacement } from "./registry.ts";
import { Resources } from "./resources.ts";
import { addressOf, Services } from "./services.ts";
import { Shutdown } from "./Shutdown.ts";

/** `http`: serves tRPC, REST and pages. `jobs`: works off jobs and events, and relays the outbox. Both in one process is fine. */
export type HostRole = "http" | "jobs";

export interface StartHostOptions {
  /** Every module of the product: those that run here and those that run elsewhere. */
  readonly modules: readonly AnyModule[];
  readonly roles: readonly HostRole[];
  /** Run only these here, each on the port in its manifest. */
  readonly only?: readonly string[];
  /** Pages come from a development server. */
  readonly development?: boolean;
  /** The environment to read; the process's own unless a test says otherwise. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface Host {
  /** Where it listens; null without the role `http`. */
  readonly url: string | null;
  readonly log: IRootLogger;
  readonly client: ClientFactory;
  health(): Promise<HealthSummary>;
  /** Refuses new work, lets running work end within `server.drainSeconds`, closes everything. Repeating it waits for the first. */
  stop(): Promise<void>;
}

/** Less than a check may take, so that the reason is told and not only that it took too long. */
const REMOTE_CHECK_MS = 1_500;
const VERSION_FILE = new URL("../../../package.json", import.meta.url);

/**
 * The one way to run modules. Configuration first (all its problems at once), then what modules stand on, then every module is set up,
 * then started: so mutual needs are fine. Throws, with everything closed again, when any part cannot start.
 */
export async function startHost(options: StartHostOptions): Promise<Host> {
  const shutdown = new Shutdown();
  try {
    return await start(options, shutdown);
  } catch (error) {
    // Why it could not start is what counts.
    await shutdown.run().catch(() => undefined);
    throw error;
  }
}

async function start(options: StartHostOptions, shutdown: Shutdown): Promise<Host> {
  const config = await loadConfig({ modules: options.modules, ...(options.env === undefined ? {} : { env: options.env }) });
  shutdown.closes(() => config.close());
  const name = options.only?.join("+") ?? options.roles.join("+");
  const log = createLogger({ level: config.kernel.log.level, name, secrets: config.secrets() });
  config.onKernelChange((kernel) => log.setLevel(kernel.log.level));

  const placement = placeModules(options.modules, new Set(Object.keys(config.kernel.services)), options.only);
  const catalogue = permissionCatalogue(options.modules);
  const crossTenant = new CrossTenantRecord({ process: name, log });
  const resources = await Resources.open(placement.here, { config: config.kernel, live: config.liveKernel, noteCrossTenantWork: crossTenant.note, log });
  shutdown.closes(() => resources.close());
  const rateLimiter = createRateLimiter({ redisUrl: config.kernel.redis.url, log });
  shutdown.closes(() => rateLimiter.close());

  const createContext = (facts: RequestFacts): RequestContext => ({
    ...facts,
    log,
    service: (ref) => services.resolve(ref),
    permissions: ports.permissions,
    audit: ports.audit,
    rateLimiter,
    defaultRateLimit: { limit: config.kernel.limits.requestsPerMinute, windowSeconds: 60, by: "caller" },
  });
  const tokens = createServiceTokens({ secret: config.kernel.secrets.serviceToken, log });
  const services = new Services({ placement, kernelRouter, config: config.kernel, tokens, createContext, log });
  shutdown.closes(() => services.close());
  const ports: BoundPorts = bindPorts(options.modules, services.client, log);

  const queue = config.kernel.redis.url ?? config.kernel.database.url ? openQueueBackend({ config: config.kernel, log }) : null;
  if (queue) shutdown.closes(() => queue.close());
  const instances = new Map<string, ModuleInstance>();
  const jobs = new JobControl({ backend: queue, modules: () => workOf(instances), log, secrets: config.secrets() });
  for (const module of placement.here) {
    const instance = setUp(module, {
      config: config.forModule(module.name), kernel: config.kernel, configCatalogue: config.catalogue(), resources: resources.of(module),
      client: services.clientOf(module), jobs, permissionCatalogue: catalogue, log: log.child({ module: module.name }),
    });
    instances.set(module.name, instance);
    services.provide(module, instance);
  }

  const checks = healthSources(placement, instances, resources, queue, config);
  const health = () => summarizeHealth({ version: version(), dataDirectory: config.kernel.data.directory, placement, ...checks });
  services.provideService(kernelRef, { health });

  crossTenant.start(ports.audit);
  shutdown.closes(() => crossTenant.stop());
  if (ports.settings) await config.attachSettings(ports.settings, { log });
  for (const [name, instance] of instances) {
    await instance.start?.();
    if (instance.stop) shutdown.closes(() => instance.stop?.());
    log.debug({ module: name }, "Module started");
  }

  const { drainSeconds } = config.kernel.server;
  const workers = options.roles.includes("jobs") ? await startJobs(queue, resources, instances, ports, productFacts(options), log) : null;
  if (workers) shutdown.drains(() => workers.stop(drainSeconds * 1000));
  const edge = options.roles.includes("http")
    ? createEdge({
        router: services.router,
        transfers: services.transfers((name) => instances.get(name)?.transfers ?? []),
        config: ownPort(config, options),
        log,
        sessions: ports.sessions,
        serviceTokens: tokens,
        createContext,
        // Requests leave their jobs in the outbox: without a queue they are done all the same.
        readiness: () => readinessOf(options.roles.includes("jobs") ? checks.resources : checks.foundations),
        openApiInfo: { title: "Coder IDE", version: version() },
        apiBases: ["/api/v1/health", ...options.modules.flatMap((module) => module.apiBase)],
        development: options.development ?? false,
      })
    : null;
  const listening = edge ? await edge.listen() : null;
  if (edge) shutdown.drains(() => edge.drain(drainSeconds));

  let stopping: Promise<void> | null = null;
  return { url: listening?.url ?? null, log, client: services.client, health, stop: () => (stopping ??= shutdown.run()) };
}

/** The one place where a manifest's types are erased: `defineModule` has checked that schema, resources and setup agree. */
function setUp(module: AnyModule, context: ModuleContext<unknown, unknown>): ModuleInstance {
  return module.setup(context as ModuleContext<never, never>);
}

/** A module that runs on its own listens on the port in its manifest, unless a port is configured; several together need one. */
function ownPort(config: ILoadedConfig, { only, modules }: StartHostOptions): KernelConfig {
  const [name, ...others] = only ?? [];
  const module = others.length === 0 ? modules.find((candidate) => candidate.name === name) : undefined;
  const configured = config.catalogue().get("server.port")?.source !== "default";
  return module && !configured ? { ...config.kernel, server: { ...config.kernel.server, port: module.port } } : config.kernel;
}

async function readinessOf(checks: NamedChecks): Promise<ReadinessSummary> {
  const reports = await runChecks(checks);
  return { ready: reports.every((report) => report.status !== "down"), checks: Object.fromEntries(reports.map((report) => [report.name, report.status])) };
}

function version(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(VERSION_FILE, "utf8"))).version;
}

function productFacts({ modules, only }: StartHostOptions): ProductFacts {
  return { version: version(), modules: only ? null : modules.map(({ name }) => name) };
}

async function startJobs(queue: QueueBackend | null, resources: Resources, instances: ReadonlyMap<string, ModuleInstance>, { permissions }: BoundPorts, product: ProductFacts, log: IRootLogger): Promise<JobRole> {
  if (!queue) {
    throw new AppError("invalid", "queue_not_configured", "The role jobs needs a queue.", { remedy: "Set DATABASE_URL or REDIS_URL." });
  }
  return startJobRole({ backend: queue, outboxes: resources.outboxes, instances, permissions, product, log });
}

function healthSources(
  placement: ModulePlacement,
  instances: ReadonlyMap<string, ModuleInstance>,
  resources: Resources,
  queue: QueueBackend | null,
  config: ILoadedConfig,
): { readonly foundations: NamedChecks; readonly resources: NamedChecks; readonly modules: Readonly<Record<string, NamedChecks>> } {
  const modules = [
    ...placement.here.map((module) => [module.name, instances.get(module.name)?.health ?? {}] as const),
    ...placement.elsewhere.map((module) => [module.name, { process: remoteCheck(module.name, config) }] as const),
  ];
  const foundations = { ...resources.checks, configuration: config.health, disk: diskHealth(config.kernel.data.directory) };
  return {
    foundations,
    resources: { ...foundations, ...(queue ? { queue: queueHealth({ backend: queue, modules: workOf(instances) }) } : {}) },
    modules: Object.fromEntries(modules),
  };
}

/** A module elsewhere is as its process says; one that does not answer is named with its address, because this is where people look. */
function remoteCheck(module: string, config: ILoadedConfig): HealthCheck {
  return async () => {
    const url = addressOf(module, config.kernel);
    try {
      const response = await fetch(new URL("/ready", url), { signal: AbortSignal.timeout(REMOTE_CHECK_MS) });
      if (response.ok) return { status: "up" };
      return { status: "down", message: `Its process at ${url} answers ${response.status}.`, remedy: `See the log of the process that runs ${module}.` };
    } catch {
      return { status: "down", message: `Its process at ${url} does not answer.`, remedy: `Start it again (npm run module -- ${module}), or correct services.${module}.url.` };
    }
  };
}
