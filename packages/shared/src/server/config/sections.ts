import type { z } from "zod";
import { KernelConfigSchema } from "./kernel-config.ts";
import type { ConfigSection } from "./leaves.ts";

/** What the loader needs of a module's manifest. */
export interface ConfigModule {
  readonly name: string;
  readonly config: { readonly schema: z.ZodObject; readonly defaults: URL };
}

export interface Section extends ConfigSection {
  readonly defaults: URL;
}

const KERNEL_DEFAULTS = new URL("../../../config/default.yaml", import.meta.url);

/** The kernel's section and one per module. Throws for names that would meet. */
export function sectionsOf(modules: readonly ConfigModule[]): readonly Section[] {
  const kernelKeys = new Set(Object.keys(KernelConfigSchema.shape));
  const names = new Set<string>();
  for (const { name } of modules) {
    if (kernelKeys.has(name)) throw new Error(`The module ${name} has the name of a section of the kernel's configuration`);
    if (names.has(name)) throw new Error(`The module ${name} is listed twice`);
    names.add(name);
  }
  return [
    { module: null, schema: KernelConfigSchema, defaults: KERNEL_DEFAULTS },
    ...modules.map(({ name, config }) => ({ module: name, ...config })),
  ];
}
