import { z } from "zod";

const InputSchema = z.record(z.string(), z.unknown());

/** What a model wrote as the input of a tool, for the model to be told again: servers refuse a history with anything but an object there. */
export function inputObject(text: string): Record<string, unknown> {
  try {
    return InputSchema.safeParse(JSON.parse(text)).data ?? {};
  } catch {
    return {};
  }
}
