import { existsSync } from "node:fs";
import { registry } from "@coder/modules";
import { checkApiContract } from "@coder/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ContractWorld, type ApiSamples } from "./__fixtures__/contract-world.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

interface SamplesModule {
  readonly samples: ApiSamples;
  readonly neverSucceeds?: readonly string[];
}

const keyOf = (module: string) => module.replace(/-([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());

/** What a module's operations are tried with: `__fixtures__/api-samples/<module>.ts`, where it needs more than a generator knows. */
async function samplesOf(module: string): Promise<SamplesModule> {
  const file = new URL(`./__fixtures__/api-samples/${module}.ts`, import.meta.url);
  return existsSync(file) ? import(file.href) : { samples: () => ({}) };
}

let world: ContractWorld;
beforeAll(async () => {
  world = await ContractWorld.open();
});
afterAll(() => world.installation.close());

describe("every operation keeps to the published document", () => {
  it.each(["kernel", ...registry.map(({ name }) => name)])("of %s", async (module) => {
    const { samples, neverSucceeds = [] } = await samplesOf(module);
    const report = await checkApiContract({
      url: world.url,
      address: () => world.address(),
      roles: world.roles,
      only: (operation) => operation.startsWith(`${keyOf(module)}.`),
      samples: samples(world),
    });
    process.stdout.write(`${module}: ${report.operations} operations, ${report.requests} requests, ${report.limited} answered by a rate limit\n`);
    expect(report.findings).toEqual([]);
    expect(report.neverSucceeded.toSorted()).toEqual(neverSucceeds.toSorted());
    expect(report.operations).toBeGreaterThan(0);
  });
});
