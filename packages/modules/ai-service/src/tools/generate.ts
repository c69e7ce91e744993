import type { codeGenerationRouter } from "@coder/api/code-generation/router";
import type { ProjectId } from "@coder/api/workspace";
import type { ClientOf } from "@coder/shared/trpc";
import type { ToolOutcome } from "./tool.ts";

/** Reads the sentence into a generator's form and starts it, or says what is missing. */
export async function startGeneration(generation: ClientOf<typeof codeGenerationRouter>, projectId: ProjectId, sentence: string): Promise<ToolOutcome> {
  const { generator, input, missing } = await generation.readSentence({ projectId, sentence });
  if (generator === null) return { text: "The sentence does not say what to generate. Generators make HTTP endpoints and test data.", results: [], failed: true };
  if (input === null) return { text: `Something is missing:\n${missing.map(({ question, options }) => `- ${question}${options.length > 0 ? ` (${options.slice(0, 8).join(", ")})` : ""}`).join("\n")}`, results: [], failed: true };
  const { generation: started } = await generation.startGeneration({ projectId, generator, input });
  return { text: `Generating ${started.title}. The change set will be in Changes.`, results: [{ kind: "generation", id: started.id }] };
}
