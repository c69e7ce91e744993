import { registry } from "@coder/modules";
import { runUntilSignal, startHost } from "@coder/shared/server";

/** `npm run dev` says that its pages come from a development server. */
const development = process.argv.includes("--development");

await runUntilSignal(() => startHost({ modules: registry, roles: ["http"], development }));
