import { isAppError } from "@coder/shared";
import type { ToolCall, ToolDefinition } from "../gateway/model-provider.ts";
import type { ITool, ToolContext, ToolOutcome } from "./tool.ts";

const MAX_OUTPUT = 60_000;

/** The tools a model may use. Whatever goes wrong in one is told to the model and stops nothing. */
export class Toolbox {
  readonly #tools: ReadonlyMap<string, ITool>;

  constructor(tools: readonly ITool[]) {
    this.#tools = new Map(tools.map((tool) => [tool.definition.name, tool]));
  }

  get definitions(): ToolDefinition[] {
    return [...this.#tools.values()].map(({ definition }) => definition);
  }

  titleOf({ name, input }: ToolCall): string {
    return this.#tools.get(name)?.title(parsed(input)).replace(/\s+/g, " ").slice(0, 200) ?? name;
  }

  async run(context: ToolContext, { name, input }: ToolCall): Promise<ToolOutcome> {
    const tool = this.#tools.get(name);
    if (!tool) return { text: `There is no tool called ${name.slice(0, 100)}. There are: ${[...this.#tools.keys()].join(", ")}.`, results: [], failed: true };
    const read = parsed(input);
    if (read === undefined) return { text: `The input of ${name} is no JSON.`, results: [], failed: true };
    try {
      const outcome = await tool.run(context, read);
      return outcome.text.length <= MAX_OUTPUT ? outcome : { ...outcome, text: `${outcome.text.slice(0, MAX_OUTPUT)}\n[cut off]` };
    } catch (error) {
      context.signal.throwIfAborted();
      if (!isAppError(error)) throw error;
      return { text: `${error.message} ${error.remedy}`, results: [], failed: true };
    }
  }
}

function parsed(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch {
    return undefined;
  }
}
