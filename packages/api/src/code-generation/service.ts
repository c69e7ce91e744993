import type { Caller } from "@coder/shared";
import { serviceRef } from "@coder/shared/trpc";
import type { Generation, GenerationInputById, GenerationPage, ListGenerationsInput, Preview, StartedGeneration, StartGenerationInput } from "./generation-schemas.ts";
import type { ReadSentenceInput, SentenceReading } from "./sentence-schemas.ts";
import type { GeneratorList, Target, TargetInput } from "./target-schemas.ts";

/** What names a project: `project_not_found` (404) for another organization's too, `project_not_ready` (409). */
export interface ICodeGenerationService {
  listGenerators(caller: Caller): Promise<GeneratorList>;
  /** What the project's files say about how code is written in it. */
  describeTarget(caller: Caller, input: TargetInput, signal: AbortSignal): Promise<Target>;
  /** By rules, without a model: the same sentence in the same tree is read the same way. */
  readSentence(caller: Caller, input: ReadSentenceInput, signal: AbortSignal): Promise<SentenceReading>;
  /** `input_invalid` (400, names the field), `target_unsupported` (400, names what is supported), `generation_conflict` (409), `validation_failed` (400). */
  previewGeneration(caller: Caller, input: StartGenerationInput, signal: AbortSignal): Promise<Preview>;
  /** A job makes the files and the change set. `input_invalid` (400); what the tree says against it is told by the generation. */
  startGeneration(caller: Caller, input: StartGenerationInput): Promise<StartedGeneration>;
  /** `generation_not_found` (404) for another organization's too. */
  getGeneration(caller: Caller, input: GenerationInputById): Promise<Generation>;
  /** Of a project, newest first. */
  listGenerations(caller: Caller, input: ListGenerationsInput): Promise<GenerationPage>;
  /** Harmless where it has ended. */
  cancelGeneration(caller: Caller, input: GenerationInputById): Promise<Generation>;
}

export const codeGenerationRef = serviceRef<ICodeGenerationService>("code-generation");
