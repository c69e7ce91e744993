import type { AiConfig } from "../config.ts";
import type { ILiveConfig } from "@coder/shared/server";
import { createHash } from "node:crypto";
import { isAppError } from "@coder/shared";
import { answerEmpty } from "../errors.ts";
import type { Gateway } from "../gateway/Gateway.ts";
import type { ModelMessage, ToolCall } from "../gateway/model-provider.ts";
import type { Tokens } from "../gateway/Tokens.ts";
import type { PricedModel } from "../prices/PriceTable.ts";
import { environmentFilesBehind } from "../secrets/environment-files.ts";
import { SecretFirewall } from "../secrets/SecretFirewall.ts";
import type { ProjectFiles } from "../tools/ProjectFiles.ts";
import { numbered } from "../tools/reading-tools.ts";
import type { Toolbox } from "../tools/Toolbox.ts";
import type { ToolContext } from "../tools/tool.ts";
import { untrusted } from "../tools/untrusted.ts";
import { wishOf } from "../tools/wish.ts";
import type { AnswerTask, IAnswerer } from "./answerer.ts";
import { CallIds } from "./CallIds.ts";
import { fitted, modelMessages, placeOf } from "./history.ts";
import { textOf } from "./parts.ts";
import { SYSTEM_PROMPT } from "./system-prompt.ts";

export interface ModelAnswererDeps {
  readonly gateway: Gateway;
  readonly tokens: () => Promise<Tokens>;
  readonly toolbox: Toolbox;
  readonly files: ProjectFiles;
  readonly config: ILiveConfig<AiConfig>;
  /** The chain of the chat. */
  readonly models: () => readonly PricedModel[];
}

/** One answer of a model. `cut`: it reached the longest length that is allowed. */
interface Turn {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly model: string;
  readonly cut: boolean;
}

/** Has a model answer: it speaks and uses tools in turn, so often at most as the settings say; the last time without tools. */
export class ModelAnswerer implements IAnswerer {
  readonly #deps: ModelAnswererDeps;

  constructor(deps: ModelAnswererDeps) {
    this.#deps = deps;
  }

  async answer(task: AnswerTask): Promise<void> {
    const { chat: { toolRounds }, recording } = this.#deps.config.value;
    // What is recorded in one conversation is asked for in another one of the project: placeholders must be the same there.
    const firewall = new SecretFirewall(recording.mode === "off" ? task.conversationId : task.projectId);
    const question = task.history.at(-1);
    const shown = new Map<string, string>();
    for (const [path, text] of await this.#deps.files.texts(task.caller, task.projectId, environmentFilesBehind(task.history), task.signal)) firewall.hide(text, path);
    const messages = modelMessages(task.history, firewall);
    const attached = await this.#attached(task, firewall, shown);
    if (attached !== "") messages.splice(-1, 1, { role: "user", text: `${firewall.hide(textOf(question?.parts ?? []))}\n\n${attached}` });
    const wish = wishOf(textOf(question?.parts ?? []), textOf(task.history.at(-2)?.parts ?? []));
    const ids = new CallIds(messages);
    for (let round = 0; ; round += 1) {
      const { text, model, ...turn } = await this.#turn(task, messages, firewall, round < toolRounds);
      const calls = turn.calls.map((call) => ({ ...call, id: ids.take(call.id) }));
      if (calls.length === 0 && textOf(task.writer.parts).trim() === "") throw answerEmpty(turn.cut);
      if (calls.length === 0) return;
      messages.push({ role: "assistant", text, toolCalls: calls });
      for (const [index, call] of calls.entries()) {
        const context = { ...task, wish, firewall, shown, model, key: keyOf(task.answerId, round, index) };
        messages.push({ role: "tool", callId: call.id, text: await this.#use(task, context, call) });
      }
    }
  }

  /** One answer of a model, written as it comes. */
  async #turn(task: AnswerTask, messages: readonly ModelMessage[], firewall: SecretFirewall, withTools: boolean): Promise<Turn> {
    const { gateway, toolbox, config, models } = this.#deps;
    const tokens = await this.#deps.tokens();
    const { maxOutputTokens, contextTokens } = config.value.chat;
    const chain = models();
    const limit = Math.max(1_000, Math.min(contextTokens, ...chain.map((model) => model.contextTokens - maxOutputTokens)));
    const calls: ToolCall[] = [];
    let [text, model, cut] = ["", "", false];
    const events = gateway.stream({
      caller: task.caller, purpose: "chat", projectId: task.projectId, conversationId: task.conversationId, models: chain, signal: task.signal, secrets: firewall.count,
      request: { system: SYSTEM_PROMPT, messages: fitted(messages, limit, (each) => tokens.count(each)), tools: withTools ? toolbox.definitions : [], maxOutputTokens },
    });
    for await (const event of events) {
      switch (event.kind) {
        case "asked":
          model = event.model;
          task.writer.model(model);
          break;
        case "text":
          text += event.text;
          task.writer.text(event.text);
          break;
        case "tool_call": calls.push(event.call); break;
        case "spent": task.writer.spent(event.usage); break;
        case "again": task.writer.part({ kind: "notice", text: `${event.error.message} Trying again.` }); break;
        case "instead": task.writer.part({ kind: "notice", text: `${event.error.message} ${event.next} answers instead.` }); break;
        case "end":
          cut = event.reason === "length";
          if (cut) task.writer.part({ kind: "notice", text: "The answer reached the longest length that is allowed." });
          break;
        default: break;
      }
    }
    // Without tools a call cannot be answered.
    return { text, calls: withTools ? calls : [], model, cut };
  }

  async #use(task: AnswerTask, context: ToolContext, call: ToolCall): Promise<string> {
    const { toolbox } = this.#deps;
    const part = { kind: "tool" as const, callId: call.id, name: call.name, title: toolbox.titleOf(call), input: call.input };
    task.writer.part({ ...part, output: null, state: "running", results: [] });
    const { text: told, results, failed } = await toolbox.run(context, call);
    // Secrets are put back into what tools are given, so any tool may tell of one.
    const text = context.firewall.hideKnown(told);
    task.writer.part({ ...part, output: text, state: failed ? "failed" : "done", results: [...results] });
    return text;
  }

  /** What the person pointed at. */
  async #attached({ caller, projectId, signal, history }: AnswerTask, firewall: SecretFirewall, shown: Map<string, string>): Promise<string> {
    const pieces: string[] = [];
    for (const item of history.at(-1)?.row.context ?? []) {
      try {
        const file = await this.#deps.files.read(caller, projectId, item.path, signal);
        shown.set(item.path, file.hash);
        const { text } = numbered(firewall.hide(file.text, item.path), item.startLine ?? 1, item.endLine ?? item.startLine ?? Number.MAX_SAFE_INTEGER);
        pieces.push(untrusted(placeOf(item), text));
      } catch (error) {
        signal.throwIfAborted();
        if (!isAppError(error)) throw error;
        pieces.push(`${placeOf(item)}: ${error.message}`);
      }
    }
    return pieces.length === 0 ? "" : `I am looking at:\n${pieces.join("\n")}`;
  }
}

/** A UUID that is the same for the same call of the same answer. */
function keyOf(answerId: string, round: number, index: number): string {
  const hex = createHash("sha256").update(`${answerId} ${round} ${index}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
