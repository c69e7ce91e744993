import { z } from "zod";

/**
 * The kernel's own settings. Each leaf names the environment variable that outranks the files (`meta.env`) and what it is for;
 * the defaults are in `packages/shared/config/default.yaml` and nowhere else. `settable: false` marks what is needed before the
 * database is open, so its tier cannot hold it.
 */
export const KernelConfigSchema = z.strictObject({
  server: z.strictObject({
    host: z.string().meta({ env: "HOST", description: "Address the gateway listens on. With any other than loopback, as behind a proxy, the first account needs the one-time code from the terminal" }),
    port: z.coerce.number().int().min(0).max(65535).meta({ env: "PORT", description: "Port of the gateway" }),
    publicUrl: z.url().nullable().meta({ env: "PUBLIC_URL", description: "Address people type, when a proxy stands before the gateway; decides secure cookies and allowed origins" }),
    trustedProxies: z.array(z.string()).meta({ env: "TRUSTED_PROXIES", description: "Comma-separated addresses or networks (CIDR) of proxies whose X-Forwarded-For is believed" }),
    bodyLimitBytes: z.coerce.number().int().min(1024).meta({ env: "BODY_LIMIT_BYTES", description: "Largest request body of an ordinary operation" }),
    drainSeconds: z.coerce.number().int().min(1).meta({ env: "DRAIN_SECONDS", description: "How long running requests and jobs may take to end after SIGTERM" }),
    gatewayUrl: z.url().nullable().meta({ env: "GATEWAY_URL", description: "For a module that runs on its own: where it finds the modules that have no address under services" }),
    webUrl: z.url().nullable().meta({ env: "WEB_URL", description: "Where the gateway finds the web server; pages answer 503 without one" }),
  }).meta({ settable: false }),
  data: z.strictObject({
    directory: z.string().meta({ env: "CODER_DATA", description: "The one directory that holds all data" }),
  }).meta({ settable: false }),
  database: z.strictObject({
    provider: z.enum(["postgresql", "cosmos", "memory"]).meta({ env: "DATABASE_PROVIDER", description: "Main store" }),
    url: z.string().nullable().meta({ env: "DATABASE_URL", secret: true, description: "PostgreSQL as the tenant-bound role; the embedded server when unset" }),
    systemUrl: z.string().nullable().meta({ env: "DATABASE_SYSTEM_URL", secret: true, description: "PostgreSQL as the role for the listed cross-tenant work" }),
    poolSize: z.coerce.number().int().min(2).meta({ env: "DATABASE_POOL_SIZE", description: "Connections per process and role" }),
  }).meta({ settable: false }),
  cosmos: z.strictObject({
    endpoint: z.url().nullable().meta({ env: "COSMOS_ENDPOINT", description: "Cosmos DB account" }),
    key: z.string().nullable().meta({ env: "COSMOS_KEY", secret: true, description: "Cosmos DB key" }),
    database: z.string().meta({ env: "COSMOS_DATABASE", description: "Cosmos DB database" }),
  }).meta({ settable: false }),
  redis: z.strictObject({
    url: z.string().nullable().meta({ env: "REDIS_URL", secret: true, description: "Queues, rate limits and notices on Redis; on PostgreSQL when unset" }),
  }).meta({ settable: false }),
  services: z.record(z.string(), z.strictObject({ url: z.url() })).meta({ settable: false, merge: true, description: "Modules that run elsewhere: `services.<module>.url`" }),
  secrets: z.strictObject({
    session: z.string().min(32).meta({ env: "SESSION_SECRET", secret: true, description: "Signs session cookies; generated at first start" }),
    serviceToken: z.string().min(32).meta({ env: "SERVICE_TOKEN_SECRET", secret: true, description: "Signs calls between processes; generated at first start" }),
  }).meta({ settable: false }),
  log: z.strictObject({
    level: z.enum(["debug", "info", "warn", "error"]).meta({ env: "LOG_LEVEL", description: "Least severe entry that is written" }),
  }),
  sandbox: z.strictObject({
    allowBareProcess: z.boolean().meta({ env: "SANDBOX_ALLOW_BARE_PROCESS", description: "Run programs of projects without isolation where bubblewrap cannot be used: as root under another uid, else with all rights of the product. The health page says what is missing" }),
  }),
  limits: z.strictObject({
    requestsPerMinute: z.coerce.number().int().min(1).meta({ env: "REQUESTS_PER_MINUTE", description: "Requests one person or address may send per minute" }),
  }),
});
export type KernelConfig = z.output<typeof KernelConfigSchema>;
