import { configurationServiceClient } from "@coder/api/configuration-service/router";
import { systemCaller } from "@coder/shared";
import { createServiceClient, type ServiceCall } from "@coder/shared/trpc";
import { expect, it } from "vitest";
import { SettingsPort } from "./SettingsPort.ts";

it("asks the module, wherever it runs, as the product itself", async () => {
  const caller = systemCaller("kernel.settings");
  const calls: ServiceCall[] = [];
  const snapshot = { version: "1", values: { "garden.size": 7 } };
  const configuration = createServiceClient(configurationServiceClient, { call: async (request) => (calls.push(request), snapshot) });
  expect(await new SettingsPort({ configuration, caller }).snapshot()).toEqual(snapshot);
  expect(calls).toMatchObject([{ module: "configuration-service", procedure: "snapshot", caller }]);
});
