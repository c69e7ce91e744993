import type { codeGenerationRouter } from "@coder/api/code-generation/router";
import type { ServiceClient } from "@coder/shared/trpc";
import { z } from "zod";
import { defineTool } from "./define-tool.ts";
import { environmentFilesOf } from "../secrets/environment-files.ts";
import { applyEdits, type Edit, EditSchema, type EditRefusal, type ProposedFile } from "./edits.ts";
import { startGeneration } from "./generate.ts";
import type { IProposals, IRuns } from "./ports.ts";
import type { ProjectFiles } from "./ProjectFiles.ts";
import type { ITool, ToolContext, ToolOutcome } from "./tool.ts";
import { untrusted } from "./untrusted.ts";
import { asksToGenerate, asksToRun } from "./wish.ts";

const MAX_EDITS = 200;
const WAIT_SECONDS = 60;

export type GenerationClient = ServiceClient<typeof codeGenerationRouter>;

export interface ActingDeps {
  readonly files: ProjectFiles;
  readonly proposals: IProposals;
  readonly runs: IRuns;
  readonly generation: GenerationClient;
}

/** What proposes changes and starts programs. A proposal is reviewed by the person; a program or generator starts only where the person's own message asks for it, whatever files say. */
export function actingTools({ files, proposals, runs, generation }: ActingDeps): ITool[] {
  return [
    defineTool({
      name: "propose_edits",
      description:
        "Proposes changes of files as a change set, which the person reviews and applies. Each edit is {path, search, replace}: `search` must stand exactly once in the file, white space and all; or {path, content} for a whole new file; or {path, delete: true}. Put all edits of one task into one call.",
      schema: z.object({ title: z.string().min(1).max(200), reason: z.string().max(2_000).default(""), edits: z.array(EditSchema).min(1).max(MAX_EDITS) }),
      title: ({ title }) => `Propose: ${title}`,
      run: (context, { title, reason, edits }) => propose(context, { files, proposals }, title, reason, edits),
    }),
    defineTool({
      name: "run_script",
      description: "Runs a script of the project (as in package.json) in the sandbox and returns the end of its output. Only when the person asks for it.",
      schema: z.object({ folder: z.string().max(4_096).default("").describe("Folder of the package; empty for the project"), name: z.string().min(1).max(200), args: z.array(z.string().max(1_000)).max(50).default([]) }),
      title: ({ name, args }) => `Run ${[name, ...args].join(" ")}`,
      async run({ caller, projectId, signal, wish, firewall }, { folder, name, args }) {
        if (!asksToRun(wish, name)) return { text: "The person has not asked for this script to be run. Ask them, naming it.", results: [], failed: true };
        const id = await runs.start(caller, signal, { projectId, folder, name, args });
        const { state, exitCode, output } = await runs.wait(caller, signal, id, WAIT_SECONDS);
        // A program may print what it found there.
        for (const [path, text] of await files.texts(caller, projectId, environmentFilesOf(["", folder]), signal)) firewall.hide(text, path);
        return { text: `Run ${state}${exitCode === null ? "" : ` with exit code ${exitCode}`}.\n${untrusted(`output of ${name}`, firewall.hide(output))}`, results: [{ kind: "run", id }], failed: exitCode !== null && exitCode !== 0 };
      },
    }),
    defineTool({
      name: "generate_code",
      description: "Has a generator of the product make code by the project's conventions from a sentence, for example `an endpoint that returns a user by id`. It becomes a change set. Only when the person asks for it.",
      schema: z.object({ sentence: z.string().min(1).max(1_000) }),
      title: ({ sentence }) => `Generate: ${sentence}`,
      async run({ caller, projectId, signal, wish }, { sentence }) {
        if (!asksToGenerate(wish)) return { text: "The person has not asked for code to be generated. Ask them first.", results: [], failed: true };
        return startGeneration(generation(caller, { signal }), projectId, sentence);
      },
    }),
  ];
}

async function propose(context: ToolContext, { files, proposals }: Pick<ActingDeps, "files" | "proposals">, title: string, reason: string, edits: readonly Edit[]): Promise<ToolOutcome> {
  const { caller, projectId, conversationId, signal, firewall, shown, key } = context;
  const proposed: ProposedFile[] = [];
  const refused: EditRefusal[] = [];
  for (const [path, own] of Map.groupBy(edits, (edit) => firewall.reveal(edit.path))) {
    const current = await files.find(caller, projectId, path, signal);
    const result = applyEdits(path, own, { current, shownHash: shown.get(path), firewall });
    if ("kind" in result) proposed.push(result);
    else refused.push(result);
  }
  if (refused.length > 0) {
    return { text: `Nothing was proposed, because not all edits can be taken:\n${refused.map((each) => `${each.path}: ${each.reason}`).join("\n")}`, results: [], failed: true };
  }
  const id = await proposals.create(caller, signal, { projectId, title, reason, conversationId, model: context.model, files: proposed, key });
  return { text: `The change set is there for the person to review: ${proposed.map(({ path, kind }) => `${kind} ${path}`).join(", ")}. It is not applied yet.`, results: [{ kind: "changeSet", id }] };
}
