import { isAppError, type AppErrorData } from "@coder/shared";

/** What a thread can be asked: each method takes one argument and gives one answer, both of which can be cloned. */
export type ThreadMethods = Readonly<Record<string, (argument: never) => unknown>>;

export interface ThreadRequest {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

export type ThreadAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly refusal: AppErrorData | null; readonly message: string; readonly stack: string | undefined };

export function failureOf(id: number, error: unknown): ThreadAnswer {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { id, ok: false, refusal: isAppError(error) ? error.toJSON() : null, message, stack };
}
