import { registry } from "@coder/modules";
import { runUntilSignal, startHost } from "@coder/shared/server";

await runUntilSignal(() => startHost({ modules: registry, roles: ["jobs"] }));
