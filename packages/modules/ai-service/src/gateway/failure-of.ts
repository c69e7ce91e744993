import { isAppError, type AppError } from "@coder/shared";
import { answerMalformed, answerCut, endpointBusy, endpointFailed, endpointUnreachable, keyRefused, modelUnknown, requestRejected } from "../errors.ts";
import { libraryErrorOf } from "./provider-libraries.ts";

/** What went wrong with one attempt. */
export interface Failure {
  readonly error: AppError;
  /** The same request may do better in a moment. */
  readonly again: boolean;
  /** What the endpoint asks to wait. */
  readonly waitMs: number | null;
}

/** Where the request went. */
export interface Target {
  readonly url: string;
  readonly model: string;
  readonly hasKey: boolean;
}

/** What a provider threw, as an error that says what to do. Statuses 408, 409, 429 and 5xx and lost connections are tried again; nothing else is. */
export function failureOf(error: unknown, { url, model, hasKey }: Target): Failure {
  const own = chainOf(error).find(isAppError);
  if (own) return { error: own, again: false, waitMs: null };
  const thrown = libraryErrorOf(error);
  if (thrown && thrown.status !== null) return ofStatus(thrown.status, thrown.headers, thrown.error, model, hasKey);
  const code = chainOf(error).map(codeOf).find((each) => each !== null) ?? null;
  if (code !== null && code in UNREACHABLE) return { error: unreachable(code, url, error), again: !FOR_GOOD.has(code), waitMs: null };
  if (code !== null && CUT.has(code)) return { error: answerCut(), again: true, waitMs: null };
  if (error instanceof SyntaxError) return { error: answerMalformed("it is no JSON"), again: false, waitMs: null };
  if (thrown?.lost) return { error: unreachable(code ?? "", url, error), again: true, waitMs: null };
  if (thrown) return ofStreamed(thrown.error);
  return { error: answerMalformed(error instanceof Error ? error.message.slice(0, 200) : "it makes no sense"), again: false, waitMs: null };
}

function ofStatus(status: number, headers: Headers | null, error: Error, model: string, hasKey: boolean): Failure {
  const waitMs = retryAfterOf(headers);
  if (status === 401 || status === 403) return { error: keyRefused(status, hasKey, error), again: false, waitMs };
  if (status === 404) return { error: modelUnknown(model, error), again: false, waitMs };
  if (status === 429) return { error: endpointBusy(waitMs === null ? null : Math.ceil(waitMs / 1000), error), again: true, waitMs };
  if (status === 408 || status === 409 || status >= 500) return { error: endpointFailed(status, error), again: true, waitMs };
  if (status < 400) return { error: answerMalformed(`it leads elsewhere (${status})`), again: false, waitMs };
  return { error: requestRejected(status, error.message.slice(0, 300), error), again: false, waitMs };
}

/** An error that came as a piece of an answer which had begun well. */
function ofStreamed(error: Error): Failure {
  const busy = /overloaded|rate.?limit/i.test(error.message);
  return { error: busy ? endpointBusy(null, error) : answerMalformed(error.message.slice(0, 200)), again: busy, waitMs: null };
}

/** `Retry-After` in seconds or as a date, or `retry-after-ms`. */
function retryAfterOf(headers: Headers | null): number | null {
  const exact = headers?.get("retry-after-ms");
  const told = headers?.get("retry-after");
  if (exact && Number(exact) >= 0) return Number(exact);
  if (!told) return null;
  const seconds = Number(told);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(told) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}

function unreachable(code: string, url: string, error: unknown): AppError {
  const host = URL.parse(url)?.hostname ?? url;
  const local = host === "localhost" && code === "ECONNREFUSED";
  const remedy = local ? "Write 127.0.0.1 instead of localhost: localhost can mean ::1, where many servers do not listen. And look whether the server runs." : (REMEDIES[code] ?? "Look at the endpoint's url, and whether the server runs.");
  return endpointUnreachable(UNREACHABLE[code] ?? "the connection failed", remedy, error);
}

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "its name is unknown",
  EAI_AGAIN: "its name cannot be looked up now",
  EHOSTUNREACH: "no way leads there",
  ENETUNREACH: "no way leads there",
  ETIMEDOUT: "it does not answer",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by itself",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is signed by an authority that is not known here",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is signed by an authority that is not known here",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate is signed by an authority that is not known here",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
  EPROTO: "it does not speak TLS",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS",
};
const CERTIFICATE = "Have its authority trusted with NODE_EXTRA_CA_CERTS, or use a certificate that is.";
const REMEDIES: Readonly<Record<string, string>> = {
  ENOTFOUND: "Look how its name is written in the endpoint's url.",
  DEPTH_ZERO_SELF_SIGNED_CERT: CERTIFICATE,
  SELF_SIGNED_CERT_IN_CHAIN: CERTIFICATE,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: CERTIFICATE,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: CERTIFICATE,
  EPROTO: "Write http:// instead of https:// in the endpoint's url.",
  ERR_SSL_WRONG_VERSION_NUMBER: "Write http:// instead of https:// in the endpoint's url.",
};
/** No attempt in the next seconds changes these. */
const FOR_GOOD: ReadonlySet<string> = new Set(Object.keys(UNREACHABLE).filter((code) => /CERT|SSL|EPROTO|SIGNED|VERIFY|ISSUER|ENOTFOUND/.test(code)));
const CUT: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "ERR_STREAM_PREMATURE_CLOSE"]);

function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let at: unknown = error; at instanceof Error && chain.length < 6; at = at.cause) {
    chain.push(at);
    // A name with several addresses fails with one error for each.
    if (at instanceof AggregateError) chain.push(...at.errors);
  }
  return chain;
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}
