import { settingChangedEvent } from "@coder/api/configuration-service";
import { configurationServiceClient } from "@coder/api/configuration-service/router";
import { systemCaller } from "@coder/shared";
import { JobControl, loadConfig, newId } from "@coder/shared/server";
import { createServiceClient, type ClientRef } from "@coder/shared/trpc";
import { silentLogger, somebody } from "@coder/testing";
import { expect, it, onTestFinished } from "vitest";
import { harness } from "./__fixtures__/harness.ts";
import { configurationServiceModule } from "./module.ts";

it("works with the defaults that it ships, and brings events into the history", async () => {
  const { database } = await harness();
  const config = await loadConfig({ modules: [configurationServiceModule], env: { SESSION_SECRET: "s".repeat(32), SERVICE_TOKEN_SECRET: "t".repeat(32) }, operatorFile: null });
  onTestFinished(() => config.close());
  const { service, events = [] } = configurationServiceModule.setup({
    config: { value: configurationServiceModule.config.schema.parse(config.forModule("configuration-service").value), onChange: () => () => {} },
    kernel: config.kernel, configCatalogue: config.catalogue(), permissionCatalogue: {}, resources: { database }, log: silentLogger,
    client: <Router>(ref: ClientRef<Router>) => createServiceClient(ref, { call: async () => ({}) }),
    jobs: new JobControl({ backend: null, modules: () => [], log: silentLogger, secrets: [] }),
  });
  const [binding] = events;
  expect(binding?.definition.name).toBe("configuration.setting.changed");
  const change = { id: newId(), key: "log.level", action: "set", from: null, to: { value: "debug" }, changedBy: null, changedAt: "2026-03-01T12:00:00.000Z", rollsBack: null } as const;
  await binding?.handle({ id: newId(), name: settingChangedEvent.name, payload: change, caller: systemCaller("settings"), occurredAt: change.changedAt, signal: new AbortController().signal, log: silentLogger });
  expect((await service.listChanges(somebody(), { limit: 10 })).items).toEqual([change]);
});

it("gives the kernel its database tier", async () => {
  const port = configurationServiceModule.ports?.settings?.({
    client: <Router>(ref: ClientRef<Router>) => createServiceClient(ref, { call: async ({ module, procedure }) => ({ version: `${module}.${procedure}`, values: {} }) }),
    caller: systemCaller("kernel"), log: silentLogger,
  });
  expect(await port?.snapshot()).toEqual({ version: `${configurationServiceClient.module}.snapshot`, values: {} });
});
