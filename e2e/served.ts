import { startModel } from "./model.ts";
import { startProduct } from "./product.ts";
import { test as base } from "./projects.ts";
import { startRegistry } from "./registry.ts";

export type Registry = Awaited<ReturnType<typeof startRegistry>>;

interface Around {
  readonly registry: Registry;
  readonly model: Awaited<ReturnType<typeof startModel>>;
}

/** The installation with a package registry and a model, both on this machine: one for all files that ask for it. */
export const test = base.extend<object, Around>({
  registry: [
    async ({ browserName: _browser }, use) => {
      const registry = await startRegistry("ms");
      await use(registry);
      registry.stop();
    },
    { scope: "worker" },
  ],
  model: [
    async ({ browserName: _browser }, use) => {
      const model = await startModel();
      await use(model);
      await model.mock.stop();
    },
    { scope: "worker" },
  ],
  product: [
    async ({ registry, model }, use) => {
      const product = await startProduct({ ...registry.variables, ...model.variables });
      await use(product);
      await product.stop();
    },
    { scope: "worker", timeout: 660_000 },
  ],
});
