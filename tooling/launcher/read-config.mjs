// Runs on Node 24: the effective settings that the launcher needs, as one line of JSON. The loader that every process uses reads them, so a fault in the
// configuration is named here, once, before anything is started.
import { loadConfig } from "@coder/shared/server";

const [modules = ""] = process.argv.slice(2);

try {
  const config = await loadConfig({ modules: [], elsewhere: modules.split(",").filter(Boolean) });
  const { server, database, redis } = config.kernel;
  // Secrets that the operator keeps in the YAML: the generated ones, which come as variables, must not hide them.
  const inFile = config.catalogue().list().filter(({ hides }) => hides.some(({ source }) => source === "file")).map(({ environment }) => environment);
  console.log(JSON.stringify({ settings: { host: server.host, port: server.port, publicUrl: server.publicUrl, drainSeconds: server.drainSeconds, provider: database.provider, databaseUrl: database.url, systemUrl: database.systemUrl, redisUrl: redis.url }, inFile }));
} catch (error) {
  if (!(error instanceof Error) || !("remedy" in error)) throw error;
  console.log(JSON.stringify({ problem: { message: error.message, remedy: error.remedy } }));
}
