import { AppError } from "../../app-error.ts";
import type { ILogger } from "../../trpc/context.ts";

export interface RemoteModule {
  readonly module: string;
  /** Where its process listens: `services.<module>.url`. */
  readonly url: string;
  readonly log: ILogger;
}

export function serviceUnreachable({ module, url, log }: RemoteModule, cause: unknown): AppError {
  log.warn({ module, url, err: cause }, "A module in another process does not answer");
  return new AppError("unavailable", "service_unreachable", `The part "${module}" does not answer at the moment.`, {
    remedy: `Try again in a moment. Whoever runs this installation: see whether the process of ${module} runs and services.${module}.url is right.`,
    details: { module },
    cause,
  });
}

/** A token problem is between the two processes: to the person who asked it must not look like an expired session. */
export function serviceTokenRefused({ module, url, log }: RemoteModule): AppError {
  log.error({ module, url }, "A module in another process refuses the tokens of this one: compare SERVICE_TOKEN_SECRET and the clocks; its log says which");
  return new AppError("unavailable", "service_token_refused", `The part "${module}" does not accept calls from here.`, {
    remedy: `Whoever runs this installation: the log of ${module} says why.`,
    details: { module },
  });
}
