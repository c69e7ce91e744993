import { defineEvent, defineJob } from "@coder/shared";
import { z } from "zod";

const Payload = z.object({ id: z.string() });

export const noteChanged = defineEvent("contract.note.changed", Payload);
export const noteJob = defineJob("contract.work", Payload);
