import type { HealthReport } from "@coder/shared";
import { defineResource } from "@coder/shared/server";
import { createSandbox } from "./create-sandbox.ts";
import type { ISandbox, SandboxStatus } from "./ISandbox.ts";

/** The sandbox, as modules name it in their manifests. Opened once per process; the health page shows what is in force. */
export const sandboxResource = defineResource<ISandbox>({
  name: "sandbox",
  async open({ config, live, log }) {
    const sandbox = await createSandbox({ dataDirectory: config.data.directory, allowBareProcess: () => live.value.sandbox.allowBareProcess, log });
    return { value: sandbox, health: async () => reportOf(await sandbox.status()), close: () => sandbox.close() };
  },
});

/** Without a sandbox the rest of the product works, so it is never down. */
function reportOf({ driver, inForce, missing, remedy }: SandboxStatus): HealthReport {
  const message = [...inForce, ...missing].map((sentence) => (sentence.endsWith(".") ? sentence : `${sentence}.`)).join(" ");
  return { status: driver === "bubblewrap" ? "up" : "degraded", message, ...(remedy === null ? {} : { remedy }) };
}
