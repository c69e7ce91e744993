import { enableCompileCache, flushCompileCache } from "node:module";

// Many are killed in one test: compiled code is kept for the next, which starts in half the time.
enableCompileCache();
await import("./storm-roles.ts");
flushCompileCache();
