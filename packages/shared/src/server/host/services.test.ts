import { describe, expect, it } from "vitest";
import { systemCaller } from "../../caller.ts";
import { kernelRouter } from "../../trpc/kernel-router.ts";
import { clientRef } from "../../trpc/service-ref.ts";
import { createLogger } from "../log/create-logger.ts";
import { createServiceTokens } from "../service-token.ts";
import { Services } from "./services.ts";

const absent = clientRef<typeof kernelRouter>("planning");
const nobody = systemCaller("test");

/** A process without any module. */
function emptyProcess(): Services {
  const log = createLogger({ level: "error", name: "test", secrets: [] });
  return new Services({
    placement: { here: [], elsewhere: [], absent: new Map() },
    kernelRouter,
    config: { services: {}, server: { host: "127.0.0.1", port: 0, publicUrl: null, trustedProxies: [], bodyLimitBytes: 1024, drainSeconds: 1, gatewayUrl: null, webUrl: null } },
    tokens: createServiceTokens({ secret: "x".repeat(32), log }),
    createContext: () => {
      throw new Error("Nothing is called in this test");
    },
    log,
  });
}

describe("a client", () => {
  it("of a module that is not installed says so when it is called, not before", async () => {
    const planning = emptyProcess().client(absent)(nobody);
    await expect(planning.health({})).rejects.toMatchObject({ kind: "unavailable", code: "module_absent", details: { module: "planning" } });
  });

  it("is had by those only that name the module in their needs", () => {
    const services = emptyProcess();
    expect(() => services.clientOf({ name: "execution", needs: ["logging"] })(absent)).toThrow("execution calls planning and does not name it");
    for (const module of [{ name: "execution", needs: ["planning"] }, { name: "planning", needs: [] }]) expect(() => services.clientOf(module)(absent)).not.toThrow();
  });
});
