import { AppError, waitInWords } from "@coder/shared";

// The module's codes. Clients match on them, so they stay.

export function notIndexed(running: boolean): AppError {
  return new AppError("conflict", "not_indexed", "This project is not indexed yet.", { remedy: running ? "Wait until it is: the index is being built." : "Index it first, in Search by meaning." });
}

export function projectNotReady(status: string): AppError {
  return new AppError("conflict", "project_not_ready", status === "deleted" ? "This project is in the trash." : "This project has no files yet.", {
    remedy: status === "deleted" ? "Restore it first." : "Wait until its import has ended.",
    details: { status },
  });
}

export function quotaExceeded(what: "chunks" | "bytes", limit: number): AppError {
  const message = what === "chunks" ? `The indexes of an organization may hold ${limit} chunks.` : `The indexes of an organization may take ${limit} bytes.`;
  // Not `conflict`: a job that meets it would be tried again.
  return new AppError("too_large", "quota_exceeded", message, { remedy: "Remove the index of another project, or have the limit raised in the settings.", details: { quota: what, limit } });
}

export function indexingFailed(): AppError {
  return new AppError("internal", "indexing_failed", "Indexing failed for a reason nobody has foreseen.", { remedy: "Start it again; if it fails the same way, look at the job's log." });
}

export function indexCancelled(): AppError {
  return new AppError("cancelled", "indexing_cancelled", "Indexing was cancelled.", { remedy: "Start it again when you need it. What was indexed before is still there." });
}

/** A thread that parses or searches ended by itself. */
export function threadEnded(cause: unknown): AppError {
  return new AppError("unavailable", "index_thread_ended", "The thread that works on the index ended.", { remedy: "Try again.", cause });
}

export function endpointNotSet(): AppError {
  return new AppError("invalid", "endpoint_not_set", "No embeddings endpoint is set.", { remedy: "Set embeddings.endpoint.url and embeddings.endpoint.model." });
}

export function endpointPrivate(host: string): AppError {
  return new AppError("forbidden", "endpoint_private_address", `The embeddings endpoint ${host} has a private address.`, { remedy: "Use a public one, or set embeddings.endpoint.allowPrivateAddress where the operator keeps the settings." });
}

export function endpointUnreachable(reason: string, cause: unknown): AppError {
  return new AppError("unavailable", "endpoint_unreachable", `The embeddings endpoint cannot be reached: ${reason}.`, { remedy: "Check embeddings.endpoint.url, and that the server runs.", cause });
}

export function endpointSilent(seconds: number, cause: unknown): AppError {
  return new AppError("timeout", "endpoint_silent", `The embeddings endpoint did not answer within ${seconds} s.`, { remedy: "Check the server's load, or raise embeddings.endpoint.timeoutSeconds.", cause });
}

export function endpointUnauthorized(status: number, cause: unknown): AppError {
  return new AppError("forbidden", "endpoint_unauthorized", `The embeddings endpoint refuses the key (${status}).`, { remedy: "Set embeddings.endpoint.apiKey to a key that may use this model.", cause });
}

export function endpointNotFound(model: string, cause: unknown): AppError {
  return new AppError("not_found", "endpoint_not_found", `The embeddings endpoint knows neither this address nor the model ${model} (404).`, { remedy: "Check embeddings.endpoint.url (most end in /v1) and embeddings.endpoint.model.", cause });
}

export function endpointBusy(retryAfterSeconds: number | null, cause: unknown): AppError {
  return new AppError("rate_limited", "endpoint_busy", "The embeddings endpoint refuses more requests for now (429).", {
    remedy: retryAfterSeconds === null ? "Try again later, or raise the limit at the provider." : `Try again in ${waitInWords(retryAfterSeconds)}, or raise the limit at the provider.`,
    details: { retryAfterSeconds },
    cause,
  });
}

export function endpointRejected(status: number, reason: string, cause: unknown): AppError {
  return new AppError("invalid", "endpoint_rejected", `The embeddings endpoint does not take the request (${status}): ${reason}`, { remedy: "Check that embeddings.endpoint.model makes embeddings and can have embeddings.endpoint.dimensions.", cause });
}

export function endpointFailed(status: number, cause: unknown): AppError {
  return new AppError("unavailable", "endpoint_failed", `The embeddings endpoint failed (${status}).`, { remedy: "Try again later; if it stays so, look at the server.", cause });
}

export function endpointMalformed(reason: string): AppError {
  return new AppError("unavailable", "endpoint_malformed", `The embeddings endpoint's answer is none: ${reason}.`, { remedy: "Check that embeddings.endpoint.url is an OpenAI-compatible server." });
}

export function dimensionMismatch(expected: number, got: number): AppError {
  return new AppError("conflict", "dimension_mismatch", `The embeddings endpoint gives ${got} dimensions where ${expected} are expected.`, {
    remedy: "Correct embeddings.endpoint.dimensions, or index the project again after the model has changed.",
    details: { expected, got },
  });
}

export function vectorsMissing(model: string): AppError {
  return new AppError("conflict", "vectors_missing", `The embeddings endpoint takes no part yet: the index holds no vectors of ${model}.`, { remedy: "Update the index." });
}
