import { AppError, waitInWords } from "@coder/shared";

// The module's codes. Clients match on them, so they stay.

export function conversationNotFound(): AppError {
  return new AppError("not_found", "conversation_not_found", "There is no such conversation.", { remedy: "Open the list again: it may have been deleted." });
}

export function messageNotFound(): AppError {
  return new AppError("not_found", "message_not_found", "There is no such message in this conversation.", { remedy: "Open the conversation again." });
}

export function answerRunning(): AppError {
  return new AppError("conflict", "answer_running", "An answer is being written in this conversation.", { remedy: "Wait for its end, or stop it." });
}

export function endpointNotFound(name: string): AppError {
  return new AppError("not_found", "endpoint_not_found", `No endpoint is called ${name}.`, { remedy: "Look at ai-service.endpoints in the settings." });
}

export function modelNotConfigured(key: string): AppError {
  return new AppError("not_found", "model_not_configured", `No model is configured as ${key}.`, { remedy: "Add it below models of its endpoint, in ai-service.endpoints." });
}

export function priceUnknown(key: string): AppError {
  return new AppError("invalid", "price_unknown", `Nobody knows what ${key} costs, so it is not used.`, {
    remedy: "Set inputPrice and outputPrice of the model, in US dollars for a million tokens, or declare its endpoint free.",
    details: { model: key },
  });
}

export function budgetExhausted(facts: { readonly limitMicroUsd: number; readonly spentMicroUsd: number; readonly reservedMicroUsd: number; readonly neededMicroUsd: number; readonly period: string }): AppError {
  return new AppError("forbidden", "budget_exhausted", `The budget for models is used up: ${dollars(facts.spentMicroUsd)} of ${dollars(facts.limitMicroUsd)} are spent in ${facts.period}, ${dollars(facts.reservedMicroUsd)} are reserved, and this may cost ${dollars(facts.neededMicroUsd)}.`, {
    remedy: "Wait for the next month, or have ai-service.budget.monthlyUsd raised.",
    details: { limit: "ai-service.budget.monthlyUsd", ...facts },
  });
}

export function budgetBusy(): AppError {
  return new AppError("unavailable", "budget_busy", "Too many processes write to the budget at once.", { remedy: "Try again in a moment." });
}

export function endpointPrivate(host: string): AppError {
  return new AppError("forbidden", "endpoint_private_address", `The endpoint ${host} has a private address.`, { remedy: `Use a public one, or have the operator add ${host} to ai-service.allowedPrivateHosts.` });
}

export function endpointUnreachable(reason: string, remedy: string, cause: unknown): AppError {
  return new AppError("unavailable", "endpoint_unreachable", `The endpoint cannot be reached: ${reason}.`, { remedy, cause });
}

export function endpointSilent(what: string, seconds: number): AppError {
  return new AppError("timeout", "endpoint_silent", `The endpoint ${what} within ${seconds} s.`, { remedy: "Retry; look at the server's load; or give it longer: patienceSeconds of the endpoint, or ai-service.timeouts." });
}

export function keyRefused(status: number, hasKey: boolean, cause: unknown): AppError {
  const message = hasKey ? `The endpoint refuses the key (${status}).` : `The endpoint wants a key, and none is set (${status}).`;
  return new AppError("forbidden", "endpoint_unauthorized", message, { remedy: "Set a key that may use this model in ai-service.apiKeys, below the endpoint's name.", cause });
}

export function modelUnknown(model: string, cause: unknown): AppError {
  return new AppError("not_found", "endpoint_not_found_upstream", `The endpoint knows neither this address nor the model ${model} (404).`, { remedy: "Look at the endpoint's url (most end in /v1) and at the model's name.", cause });
}

export function endpointBusy(retryAfterSeconds: number | null, cause: unknown): AppError {
  return new AppError("rate_limited", "endpoint_busy", "The endpoint takes no more requests for now (429).", {
    remedy: retryAfterSeconds === null ? "Try again later, or raise the limit at the provider." : `Try again in ${waitInWords(retryAfterSeconds)}, or raise the limit at the provider.`,
    details: { retryAfterSeconds },
    cause,
  });
}

export function requestRejected(status: number, reason: string, cause: unknown): AppError {
  return new AppError("invalid", "endpoint_rejected", `The endpoint does not take the request (${status}): ${reason}`, { remedy: "Look at what the model can do on the models page.", cause });
}

export function endpointFailed(status: number, cause: unknown): AppError {
  return new AppError("unavailable", "endpoint_failed", `The endpoint failed (${status}).`, { remedy: "Try again later; if it stays so, look at the server.", cause });
}

export function answerMalformed(reason: string): AppError {
  return new AppError("unavailable", "answer_malformed", `The endpoint's answer cannot be read: ${reason}.`, { remedy: "Look whether the endpoint's url and kind are right." });
}

export function answerCut(): AppError {
  return new AppError("unavailable", "answer_cut", "The answer was cut off in the middle.", { remedy: "Retry, or go on from what is there." });
}

export function answerEmpty(cut: boolean): AppError {
  return cut
    ? new AppError("unavailable", "answer_empty", "The model reached the longest length that is allowed before it said anything: it used all of it to think.", { remedy: "Raise ai-service.chat.maxOutputTokens, or ask for something smaller." })
    : new AppError("unavailable", "answer_empty", "The model said nothing.", { remedy: "Retry, or put it in other words." });
}

export function answerRefused(): AppError {
  return new AppError("forbidden", "answer_refused", "The model refuses to answer this.", { remedy: "Put it in other words." });
}

export function notRecorded(hash: string): AppError {
  return new AppError("not_found", "not_recorded", "This request is not in the recording.", { remedy: "Record it, or switch replaying off.", details: { hash } });
}

function dollars(micro: number): string {
  return `$${(micro / 1_000_000).toFixed(micro < 10_000 ? 6 : 2)}`;
}

export function fileUnreadable(path: string, reason: string): AppError {
  return new AppError("not_found", "file_unreadable", `${path} cannot be read: ${reason}.`, { remedy: "Look for it with find_files.", details: { path } });
}

export function answerUnforeseen(cause: unknown): AppError {
  return new AppError("internal", "answer_unforeseen", "The answer failed for a reason nobody has foreseen.", { remedy: "Retry; if it fails the same way, look at the log.", cause });
}

export function notStreamed(): AppError {
  return new AppError("unavailable", "not_streamed", "The answer came in one piece.", { remedy: "It works, but is shown only when it is whole. Look whether a proxy holds answers back." });
}

export function toolsNotUsed(): AppError {
  return new AppError("unavailable", "tools_not_used", "The model did not use the tool.", { remedy: "It can chat, but not look at the project. Choose a model that can call tools." });
}

export function jsonNotKept(): AppError {
  return new AppError("unavailable", "json_not_kept", "The answer was to be JSON and is none.", { remedy: "Nothing in the chat needs it." });
}

export function modelNotOffered(model: string, offered: readonly string[]): AppError {
  return new AppError("not_found", "model_not_offered", `The endpoint does not offer a model called ${model}.`, {
    remedy: `It offers ${offered.slice(0, 10).join(", ")}${offered.length > 10 ? " and others" : ""}. Correct the name in ai-service.endpoints.`,
  });
}
