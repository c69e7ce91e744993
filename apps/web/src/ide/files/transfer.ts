import { AppError, AppErrorDataSchema } from "@coder/shared";
import { z } from "zod";
import { watchedFetch } from "#api/connection.ts";

const ErrorBodySchema = z.object({ error: AppErrorDataSchema, traceId: z.string().optional() });

/** What a refused transfer said; something readable too when the answer was not ours. */
function refusal(status: number, answer: unknown): AppError {
  const body = ErrorBodySchema.safeParse(answer);
  if (!body.success) return unreadable(status);
  const { error, traceId } = body.data;
  return AppError.fromJSON({ ...error, details: { ...error.details, ...(traceId === undefined ? {} : { traceId }) } });
}

function unreadable(status: number): AppError {
  return new AppError("internal", "unreadable_answer", `The server answered ${status} and nothing that could be read.`, { remedy: "Try again. If it stays, look at the health page." });
}

/** The request never arrived, or its answer never came. */
function unreachable(cause: unknown): AppError {
  return new AppError("unavailable", "offline", "The server cannot be reached.", { remedy: "Nothing was lost. Check your connection and try again.", cause });
}

/** Fetches bytes. Throws an `AppError` for every refusal, and when the server cannot be reached. */
export async function download(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await send(url, init);
  if (!response.ok) throw refusal(response.status, await response.json().catch(() => null));
  return response;
}

/** Sends bytes and reads the JSON that answers. */
export async function upload<Output>(url: string, body: Blob | Uint8Array<ArrayBuffer>, output: z.ZodType<Output>, init: RequestInit = {}): Promise<Output> {
  const response = await send(url, { ...init, method: "PUT", body, headers: { "content-type": "application/octet-stream" } });
  if (!response.ok) throw refusal(response.status, await response.json().catch(() => null));
  return output.parse(await response.json());
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    // Lets the whole page know, and asks again until the server is back.
    await watchedFetch("/health").catch(() => undefined);
    throw unreachable(error);
  }
}

export interface UploadProgress {
  readonly sent: number;
  readonly total: number;
}

/** As {@link upload}, and tells how far it is: only the older request object of browsers knows. */
export function uploadWithProgress<Output>(url: string, body: Blob, output: z.ZodType<Output>, options: { readonly signal: AbortSignal; readonly onProgress: (progress: UploadProgress) => void }): Promise<Output> {
  const { promise, resolve, reject } = Promise.withResolvers<Output>();
  const request = new XMLHttpRequest();
  request.open("PUT", url);
  request.setRequestHeader("content-type", "application/octet-stream");
  request.upload.onprogress = ({ loaded, total }) => options.onProgress({ sent: loaded, total });
  request.onerror = () => reject(unreachable(null));
  request.onabort = () => reject(new DOMException("Cancelled", "AbortError"));
  request.onload = () => {
    const answer = parseJson(request.responseText);
    if (request.status >= 200 && request.status < 300) {
      const parsed = output.safeParse(answer);
      if (parsed.success) resolve(parsed.data);
      else reject(unreadable(request.status));
      return;
    }
    reject(refusal(request.status, answer));
  };
  if (options.signal.aborted) return Promise.reject(new DOMException("Cancelled", "AbortError"));
  options.signal.addEventListener("abort", () => request.abort(), { once: true });
  request.send(body);
  return promise;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Lets the browser save what is behind an address, under the name the server gives it. */
export function saveAs(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
}
