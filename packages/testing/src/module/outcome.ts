import { isAppError } from "@coder/shared";

/** `done`, or the code of the refusal, also where a router has wrapped it. Anything else that is thrown is a fault and stays one. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "done";
  } catch (error) {
    const refusal = error instanceof Error && !isAppError(error) ? error.cause : error;
    if (isAppError(refusal)) return refusal.code;
    throw error;
  }
}
