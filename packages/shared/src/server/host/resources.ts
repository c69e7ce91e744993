import type { HealthCheck } from "../../health.ts";
import type { AnyModule, ResourceContext, ResourceDefinition, ResourceInstance } from "../module.ts";
import type { IOutbox } from "../outbox.ts";

/** What the modules of this process stand on, each opened once. */
export class Resources {
  readonly #open: ReadonlyMap<ResourceDefinition<unknown>, ResourceInstance<unknown>>;

  private constructor(open: ReadonlyMap<ResourceDefinition<unknown>, ResourceInstance<unknown>>) {
    this.#open = open;
  }

  /** Opens all or none: when one fails, those before it are closed again. */
  static async open(modules: readonly AnyModule[], context: ResourceContext): Promise<Resources> {
    const open = new Map<ResourceDefinition<unknown>, ResourceInstance<unknown>>();
    try {
      for (const definition of new Set(modules.flatMap((module) => Object.values(module.resources)))) {
        open.set(definition, await definition.open({ ...context, log: context.log.child({ resource: definition.name }) }));
      }
    } catch (error) {
      await new Resources(open).close();
      throw error;
    }
    return new Resources(open);
  }

  /** The values a module's manifest asks for, under the names it gave them. */
  of(module: AnyModule): Record<string, unknown> {
    return Object.fromEntries(Object.entries(module.resources).map(([name, definition]) => [name, this.#open.get(definition)?.value]));
  }

  get checks(): Record<string, HealthCheck> {
    return Object.fromEntries([...this.#open].map(([definition, instance]) => [definition.name, instance.health]));
  }

  get outboxes(): readonly IOutbox[] {
    return [...this.#open.values()].flatMap((instance) => instance.outbox ?? []);
  }

  async close(): Promise<void> {
    for (const instance of [...this.#open.values()].reverse()) await instance.close();
  }
}
