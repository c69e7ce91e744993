import { AppError } from "@coder/shared";

// The module's codes. Clients match on them, so they stay.

export const SUPPORTED = ["Express 4 and 5", "Fastify 4 and 5", "Next.js with the App router", "Next.js with the Pages router"] as const;

export function generationNotFound(): AppError {
  return new AppError("not_found", "generation_not_found", "There is no such generation.", { remedy: "Open the list again." });
}

export function projectNotReady(status: string): AppError {
  return new AppError("conflict", "project_not_ready", status === "deleted" ? "This project is in the trash." : "This project has no files yet.", {
    remedy: status === "deleted" ? "Restore it first." : "Wait until its import has ended.",
    details: { status },
  });
}

/** @param path of the field in the form: `tables.0.type` */
export function inputInvalid(path: string, message: string, remedy: string): AppError {
  return new AppError("invalid", "input_invalid", message, { remedy, details: { path } });
}

/** @param dependencies what the package names instead */
export function unsupported({ package: { dependencies, manifestPath } }: { readonly package: { readonly dependencies: ReadonlyMap<string, string>; readonly manifestPath: string | null } }): AppError {
  const others = ["koa", "@hapi/hapi", "@nestjs/core", "hono", "restify", "polka", "@trpc/server", "elysia", "@remix-run/node", "astro", "@sveltejs/kit", "nuxt"].filter((name) => dependencies.has(name));
  if (others.length > 0) return targetUnsupported(`This project stands on ${others.join(" and ")}, for which there is no endpoint generator.`);
  return targetUnsupported(manifestPath === null ? "This project has no package.json, and endpoints are generated for projects of Node.js alone." : "No supported web framework was found in this project.");
}

export function targetUnsupported(message: string): AppError {
  return new AppError("invalid", "target_unsupported", message, { remedy: `Endpoints can be added to projects with ${SUPPORTED.join(", ")}.`, details: { supported: [...SUPPORTED] } });
}

/** What is asked for is there already. Trying again would meet it again, so it is no conflict of the moment. */
export function generationConflict(path: string, line: number | null, message: string): AppError {
  return new AppError("invalid", "generation_conflict", message, { remedy: "Choose another path or method, or change what is there by hand.", details: { path, line } });
}

export function validationFailed(stage: "parse" | "size", path: string, message: string): AppError {
  return new AppError("invalid", "validation_failed", `What was generated does not pass the check "${stage}": ${message}`, { remedy: "Nothing was changed. Report it with the form that was filled in.", details: { stage, path } });
}

export function generationFailed(): AppError {
  return new AppError("internal", "generation_failed", "Generating failed for a reason nobody has foreseen.", { remedy: "Start it again; if it fails the same way, look at the job's log." });
}

export function generationCancelled(): AppError {
  return new AppError("cancelled", "generation_cancelled", "Generating was cancelled.", { remedy: "Start it again when you need it. Nothing was changed." });
}

export function engineTimeout(seconds: number): AppError {
  return new AppError("timeout", "generation_timeout", `The project could not be worked through within ${seconds} s.`, { remedy: "Have code-generation.limits raised in the settings." });
}

export function engineEnded(cause: unknown): AppError {
  return new AppError("unavailable", "generation_thread_ended", "The thread that generates ended.", { remedy: "Try again.", cause });
}
