import type { embeddingsRouter } from "@coder/api/embeddings/router";
import { isAppError } from "@coder/shared";
import type { ServiceClient } from "@coder/shared/trpc";
import type { AnswerTask, IAnswerer } from "../conversations/answerer.ts";
import { textOf } from "../conversations/parts.ts";
import type { GenerationClient } from "../tools/acting-tools.ts";
import { startGeneration } from "../tools/generate.ts";
import type { IRuns } from "../tools/ports.ts";
import type { ProjectFiles, WorkspaceClient } from "../tools/ProjectFiles.ts";
import { definitionsOf, explainAt, lastPart, namesLike } from "./explain-symbol.ts";
import { codeBlock, inlineCode } from "./markdown.ts";
import { COMMANDS, parseCommand } from "./parse-command.ts";

const SHOWN = 20;
const USES = 15;
const WAIT_SECONDS = 120;
const TEST = /(^|\/)(tests?|specs?|__tests__)\/|[.\-_](test|spec)\.\w+$/i;

export interface BuiltinAnswererDeps {
  readonly workspace: WorkspaceClient;
  readonly files: ProjectFiles;
  readonly embeddings: ServiceClient<typeof embeddingsRouter>;
  readonly generation: GenerationClient;
  readonly runs: IRuns;
  /** Whether a model is configured: then a sentence is the model's, and only commands come here. */
  readonly hasModel: () => boolean;
}

/** Answers without a model: commands over what the product can find, explain, generate and run by itself. Says what it is. */
export class BuiltinAnswerer implements IAnswerer {
  readonly #deps: BuiltinAnswererDeps;

  constructor(deps: BuiltinAnswererDeps) {
    this.#deps = deps;
  }

  async answer(task: AnswerTask): Promise<void> {
    const { name, argument } = parseCommand(textOf(task.history.at(-1)?.parts ?? []));
    if (name === "unknown") return task.writer.text(`There is no command ${inlineCode(`/${argument}`)}.${likely(argument)}\n\n${this.#help()}`);
    const needed = COMMANDS.find((command) => command.name === name);
    if (name === "help" || (name === "meaning" && argument === "")) return task.writer.text(this.#help());
    if (argument === "" && name !== "run") return task.writer.text(`${inlineCode(needed?.form ?? "")} – ${needed?.help ?? ""}. For example ${inlineCode(needed?.example ?? "")}.`);
    try {
      await this.#run(task, name, argument);
    } catch (error) {
      task.signal.throwIfAborted();
      if (!isAppError(error)) throw error;
      task.writer.text(`${error.message} ${error.remedy}`);
    }
  }

  async #run(task: AnswerTask, name: Exclude<ReturnType<typeof parseCommand>["name"], "unknown" | "help">, argument: string): Promise<void> {
    switch (name) {
      case "find": return this.#find(task, argument);
      case "search": return this.#search(task, argument);
      case "explain": return this.#explain(task, argument);
      case "generate": return this.#generate(task, argument);
      case "run": return this.#runScript(task, argument);
      case "meaning": return this.#meaning(task, argument);
    }
  }

  #help(): string {
    const head = this.#deps.hasModel() ? "These commands are answered without the model:" : "No model is set up, so this works as a command line. Anything that is no command is searched by its meaning.";
    return `${head}\n\n${COMMANDS.map(({ form, help }) => `- ${inlineCode(form)} – ${help}`).join("\n")}`;
  }

  async #find({ caller, projectId, signal, writer }: AnswerTask, query: string): Promise<void> {
    const { items } = await this.#deps.workspace(caller, { signal }).findFiles({ projectId, query: query.slice(0, 200), limit: SHOWN });
    writer.text(items.length === 0 ? `No file has such a path. ${inlineCode(`/search ${query.slice(0, 100)}`)} looks for it in the text of files.` : items.map(({ path }) => `- ${inlineCode(`${path}:1`)}`).join("\n"));
  }

  async #search({ caller, projectId, signal, writer }: AnswerTask, query: string): Promise<void> {
    const [line = ""] = query.split("\n");
    const { files, summary } = await this.#deps.workspace(caller, { signal }).searchOnce({ projectId, query: line.slice(0, 4_096), maxMatches: 200 });
    if (files.length === 0) return writer.text("Nothing matches. Write fewer words, or say it as a sentence: then it is searched by its meaning.");
    const lines = files.flatMap(({ path, matches }) => matches.map((match) => `- ${inlineCode(`${path}:${match.line}`)} ${inlineCode(match.text.slice(0, 160))}`));
    writer.text(`${summary.matches}${summary.limited ? " or more" : ""} ${summary.matches === 1 ? "match" : "matches"} in ${summary.files} ${summary.files === 1 ? "file" : "files"}\n\n${lines.slice(0, SHOWN * 2).join("\n")}${lines.length > SHOWN * 2 ? `\n\n${lines.length - SHOWN * 2} more` : ""}`);
  }

  async #meaning({ caller, projectId, signal, writer }: AnswerTask, query: string): Promise<void> {
    const { hits, index } = await this.#deps.embeddings(caller, { signal }).search({ projectId, query: query.slice(0, 2_000), limit: 8 });
    const head = this.#deps.hasModel() ? "" : "No model is set up. By its meaning, this is where to look:\n\n";
    if (hits.length === 0) return writer.text("Nothing here says that. Try other words, or /help.");
    const lines = hits.map(({ path, startLine, symbol, kind, reason }) => `- ${inlineCode(`${path}:${startLine}`)} ${symbol === null ? kind : inlineCode(symbol)} – ${plain(reason.summary)}`);
    writer.text(`${head}${lines.join("\n")}${index.stale ? "\n\nFiles have changed since they were indexed." : ""}`);
  }

  async #explain(task: AnswerTask, symbol: string): Promise<void> {
    const { caller, projectId, signal, writer } = task;
    const workspace = this.#deps.workspace(caller, { signal });
    const name = symbol.replace(/\(\)$/, "").slice(0, 200);
    const { hits } = await this.#deps.embeddings(caller, { signal }).search({ projectId, query: name, limit: 50 });
    const [definition, ...others] = definitionsOf(hits, name);
    if (!definition) {
      const like = namesLike(hits, name);
      const meant = like.length === 0 ? "" : ` Is it ${like.map((each) => inlineCode(`/explain ${each}`)).join(" or ")}?`;
      return writer.text(`Nothing in the index is called ${inlineCode(name)}.${meant} ${inlineCode(`/search ${name}`)} finds it in the text of files.`);
    }
    const { path, startLine, endLine, kind, language } = definition;
    const file = await this.#deps.files.read(caller, projectId, path, signal);
    const { line: definedAt, signature, documentation, documentationLine } = explainAt(file.text, startLine, endLine);
    writer.text(`${inlineCode(definition.symbol ?? name)} is a ${kind} in ${inlineCode(`${path}:${definedAt}`)}.\n\n${codeBlock(signature, language)}\n`);
    if (documentation !== "") writer.text(`\n${documentation.split("\n").map((line) => `> ${plain(line)}`).join("\n")}\n>\n> ${inlineCode(`${path}:${documentationLine ?? definedAt}`)}\n`);
    const { files } = await workspace.searchOnce({ projectId, query: lastPart(definition.symbol ?? name), wholeWord: true, caseSensitive: true, maxMatches: 500 });
    const uses = files.flatMap((found) => found.matches.filter(({ line }) => found.path !== path || line < (documentationLine ?? startLine) || line > endLine).map((match) => ({ test: TEST.test(found.path), text: `- ${inlineCode(`${found.path}:${match.line}`)} ${inlineCode(match.text.slice(0, 160))}` })));
    // Tests show how it is used, but not by whom.
    const ordered = [...uses.filter(({ test }) => !test), ...uses.filter(({ test }) => test)].map(({ text }) => text);
    writer.text(uses.length === 0 ? "\nIt is used nowhere else." : `\nUsed in ${uses.length} ${uses.length === 1 ? "place" : "places"}:\n\n${ordered.slice(0, USES).join("\n")}${uses.length > USES ? `\n\n${uses.length - USES} more: ${inlineCode(`/search ${lastPart(definition.symbol ?? name)}`)}` : ""}`);
    if (others.length > 0) writer.text(`\n\nAlso called so: ${others.slice(0, 5).map((hit) => inlineCode(`${hit.path}:${hit.startLine}`)).join(", ")}`);
  }

  async #generate(task: AnswerTask, sentence: string): Promise<void> {
    const call = { kind: "tool" as const, callId: "generate", name: "generate_code", title: `Generate: ${sentence.slice(0, 150)}`, input: JSON.stringify({ sentence }) };
    task.writer.part({ ...call, output: null, state: "running", results: [] });
    try {
      const { text, results, failed } = await startGeneration(this.#deps.generation(task.caller, { signal: task.signal }), task.projectId, sentence.slice(0, 1_000));
      task.writer.part({ ...call, output: text, state: failed ? "failed" : "done", results: [...results] });
      task.writer.text(text);
    } catch (error) {
      task.writer.part({ ...call, output: isAppError(error) ? error.message : "It failed.", state: "failed", results: [] });
      throw error;
    }
  }

  async #runScript({ caller, projectId, signal, writer }: AnswerTask, line: string): Promise<void> {
    const { runs } = this.#deps;
    const [wanted = "", ...args] = line.split(/\s+/);
    const scripts = await runs.scripts(caller, signal, projectId);
    const found = scripts.find(({ folder, name }) => name === wanted || `${folder}/${name}` === wanted);
    if (!found) {
      const names = scripts.slice(0, SHOWN).map(({ folder, name, command }) => `- ${inlineCode(`/run ${folder === "" ? name : `${folder}/${name}`}`)} ${inlineCode(command.slice(0, 120))}`);
      return writer.text(scripts.length === 0 ? "The project has no scripts." : `${wanted === "" ? "Say which script." : `There is no script ${inlineCode(wanted)}.`} There are:\n\n${names.join("\n")}`);
    }
    const call = { kind: "tool" as const, callId: "run", name: "run_script", title: `Run ${line.slice(0, 150)}`, input: JSON.stringify({ folder: found.folder, name: found.name, args }) };
    writer.part({ ...call, output: null, state: "running", results: [] });
    try {
      const id = await runs.start(caller, signal, { projectId, folder: found.folder, name: found.name, args });
      const { state, exitCode, output } = await runs.wait(caller, signal, id, WAIT_SECONDS);
      writer.part({ ...call, output, state: exitCode === 0 ? "done" : "failed", results: [{ kind: "run", id }] });
      writer.text(`${inlineCode(found.name)} ${state}${exitCode === null ? "" : ` with exit code ${exitCode}`}.\n\n${codeBlock(output.slice(-4_000))}`);
    } catch (error) {
      writer.part({ ...call, output: isAppError(error) ? error.message : "It failed.", state: "failed", results: [] });
      throw error;
    }
  }
}

/** The command that somebody may have meant. */
function likely(typed: string): string {
  const near = COMMANDS.find(({ name }) => name.startsWith(typed.slice(0, 3).toLowerCase()) || typed.toLowerCase().startsWith(name));
  return near ? ` Did you mean ${inlineCode(near.form)}?` : "";
}

/** Without what Markdown would make of it. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|]/g, "\\$&");
}
