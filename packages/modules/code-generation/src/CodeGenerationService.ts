import type {
  Generation, GenerationInputById, GenerationPage, GeneratorList, ICodeGenerationService, ListGenerationsInput, Preview, ReadSentenceInput, SentenceReading, StartedGeneration, StartGenerationInput,
  Target, TargetInput,
} from "@coder/api/code-generation";
import { unlessConflict } from "@coder/db";
import { organizationOf, personOf, type Caller } from "@coder/shared";
import { newId, type IJobs } from "@coder/shared/server";
import { GENERATOR_LIST, versionOf } from "./engine/generators.ts";
import { previewOf } from "./engine/preview.ts";
import { checkedInput, titleOf } from "./engine/checked-input.ts";
import { generationCancelled } from "./errors.ts";
import { generateJob } from "./jobs/definitions.ts";
import type { ProjectSources } from "./projects/ProjectSources.ts";
import { generationOf, problemOf, type Runs } from "./Runs.ts";
import type { Engine } from "./threads/Engine.ts";

export interface CodeGenerationServiceDeps {
  readonly runs: Runs;
  readonly sources: ProjectSources;
  readonly engine: Pick<Engine, "run">;
  readonly jobs: Pick<IJobs, "cancel" | "get">;
  readonly now: () => Date;
}

/** New code in the style of the project it goes to, as change sets. */
export class CodeGenerationService implements ICodeGenerationService {
  readonly #deps: CodeGenerationServiceDeps;

  constructor(deps: CodeGenerationServiceDeps) {
    this.#deps = deps;
  }

  async listGenerators(_caller: Caller): Promise<GeneratorList> {
    return { generators: [...GENERATOR_LIST] };
  }

  async describeTarget(caller: Caller, { projectId }: TargetInput, signal: AbortSignal): Promise<Target> {
    const snapshot = await this.#deps.sources.read(caller, projectId, signal);
    return { projectId, ...(await this.#deps.engine.run("describe", { snapshot }, signal)) };
  }

  async readSentence(caller: Caller, { projectId, sentence }: ReadSentenceInput, signal: AbortSignal): Promise<SentenceReading> {
    const snapshot = await this.#deps.sources.read(caller, projectId, signal);
    return this.#deps.engine.run("read", { snapshot, sentence }, signal);
  }

  async previewGeneration(caller: Caller, { projectId, generator, input }: StartGenerationInput, signal: AbortSignal): Promise<Preview> {
    const request = checkedInput(generator, input);
    const snapshot = await this.#deps.sources.read(caller, projectId, signal);
    return previewOf(await this.#deps.engine.run("generate", { snapshot, request }, signal));
  }

  async startGeneration(caller: Caller, { projectId, generator, input }: StartGenerationInput): Promise<StartedGeneration> {
    const request = checkedInput(generator, input);
    const { sources, runs, now } = this.#deps;
    await sources.check(caller, projectId);
    const [id, jobId] = [newId(), newId()];
    const row = await runs.of(caller).insert(
      {
        id, organizationId: organizationOf(caller), projectId, generator, generatorVersion: versionOf(generator), title: titleOf(request), input: request.input, state: "queued", jobId, fileCount: 0,
        outputHash: null, changeSetId: null, notes: [], problem: null, createdBy: personOf(caller).userId, createdAt: now().toISOString(), finishedAt: null,
      },
      { enqueue: [generateJob.with({ generationId: id }, { id: jobId })] },
    );
    // Not what the queue says of it: it is asked for, and whoever hears that the queue does not answer would ask for it twice.
    return { generation: generationOf(row), job: { id: jobId, name: generateJob.name } };
  }

  async getGeneration(caller: Caller, { id }: GenerationInputById): Promise<Generation> {
    const { runs } = this.#deps;
    return runs.shown(await runs.require(caller, id));
  }

  async listGenerations(caller: Caller, { projectId, limit, cursor }: ListGenerationsInput): Promise<GenerationPage> {
    const { runs, sources } = this.#deps;
    await sources.check(caller, projectId);
    const page = await runs.of(caller).query({ projectId }, { limit, cursor, sort: { field: "createdAt", direction: "desc" } });
    return { items: await Promise.all(page.items.map((row) => runs.shown(row))), nextCursor: page.nextCursor };
  }

  async cancelGeneration(caller: Caller, { id }: GenerationInputById): Promise<Generation> {
    const { runs, jobs, now } = this.#deps;
    const row = await runs.require(caller, id);
    if (row.state !== "queued" && row.state !== "running") return runs.shown(row);
    // The queue may not have the job yet: then the note in the row is what stops it.
    if (await jobs.get(generateJob.name, row.jobId)) await jobs.cancel(generateJob.name, row.jobId, caller);
    const changes = { state: "cancelled", problem: problemOf(generationCancelled()), finishedAt: now().toISOString() } as const;
    await unlessConflict(runs.update(caller, id, changes, { where: { state: { in: ["queued", "running"] } } }));
    return runs.shown(await runs.require(caller, id));
  }
}
