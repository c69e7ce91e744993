import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { notRecorded } from "../errors.ts";
import { requestHash } from "./canonical.ts";
import type { IModelProvider, ModelEvent, ModelRequest } from "./model-provider.ts";

const CallSchema = z.object({ id: z.string(), name: z.string(), input: z.string() });
const EventSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("text"), text: z.string() }),
  z.object({ kind: z.literal("reasoning"), text: z.string() }),
  z.object({ kind: z.literal("tool_delta"), ...CallSchema.shape }),
  z.object({ kind: z.literal("tool_call"), call: CallSchema }),
  z.object({ kind: z.literal("usage"), usage: z.object({ inputTokens: z.int(), outputTokens: z.int() }) }),
  z.object({ kind: z.literal("end"), reason: z.enum(["stop", "length", "tools", "refused"]) }),
]);
const RecordingSchema = z.object({ events: z.array(EventSchema) });

export interface RecordedProviderDeps {
  readonly inner: IModelProvider;
  readonly mode: "record" | "replay";
  readonly folder: string;
}

/** Keeps each whole answer by the hash of its request, or gives it from there and asks nobody. What it keeps is what was sent: without secrets. */
export class RecordedProvider implements IModelProvider {
  readonly #deps: RecordedProviderDeps;

  constructor(deps: RecordedProviderDeps) {
    this.#deps = deps;
  }

  get kind(): IModelProvider["kind"] {
    return this.#deps.inner.kind;
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const file = join(this.#deps.folder, `${requestHash(request)}.json`);
    if (this.#deps.mode === "replay") {
      yield* await this.#read(file, request);
      return;
    }
    const events: ModelEvent[] = [];
    for await (const event of this.#deps.inner.stream(request, signal)) {
      events.push(event);
      yield event;
    }
    if (events.at(-1)?.kind !== "end") return;
    await mkdir(this.#deps.folder, { recursive: true });
    await writeFile(`${file}.part`, JSON.stringify({ request, events }));
    await rename(`${file}.part`, file);
  }

  async listModels(signal: AbortSignal): Promise<readonly string[]> {
    return this.#deps.mode === "replay" ? [] : this.#deps.inner.listModels(signal);
  }

  async #read(file: string, request: ModelRequest): Promise<readonly ModelEvent[]> {
    const text = await readFile(file, "utf8").catch(() => null);
    if (text === null) throw notRecorded(requestHash(request));
    return RecordingSchema.parse(JSON.parse(text)).events;
  }
}
