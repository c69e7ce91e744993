import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/**
 * Loads Prisma's schema engine, the WebAssembly inside `@prisma/schema-engine-wasm`. An internal package of Prisma without a promise of stability,
 * hence pinned exactly, together with `prisma`.
 *
 * @param {(message: string) => void} onPanic
 * @returns {Promise<typeof import("@prisma/schema-engine-wasm")>}
 */
export async function loadEngine(onPanic) {
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: onPanic } });
  const glue = require.resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const engine = await import(glue);
  const module = new WebAssembly.Module(readFileSync(glue.replace(/\.js$/, ".wasm")));
  const instance = new WebAssembly.Instance(module, { "./schema_engine_bg.js": engine });
  engine.__wbg_set_wasm(instance.exports);
  const start = instance.exports["__wbindgen_start"];
  if (typeof start === "function") start();
  return engine;
}
