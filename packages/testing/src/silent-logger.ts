import type { ILogger } from "@coder/shared/trpc";

/** Swallows everything: for tests that are not about the log. */
export const silentLogger: ILogger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};
