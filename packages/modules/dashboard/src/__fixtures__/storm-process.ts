import { enableCompileCache, flushCompileCache } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Many are killed in one test: compiled code is kept for the next, which starts in half the time.
enableCompileCache(join(tmpdir(), "coder-compile-cache"));
await import("./storm-roles.ts");
flushCompileCache();
