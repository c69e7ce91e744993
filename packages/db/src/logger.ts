import type { ResourceContext } from "@coder/shared/server";

/** The host's log, as resources get it. */
export type Logger = ResourceContext["log"];
