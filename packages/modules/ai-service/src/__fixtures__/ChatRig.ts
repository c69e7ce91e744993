import type { ConversationDetails, ConversationId, MessageId, SendMessageInput } from "@coder/api/ai-service";
import { ProjectIdSchema, type ProjectId } from "@coder/api/workspace";
import { createMemoryDatabase, type IDatabase } from "@coder/db";
import { AppError, organizationOf, type Caller } from "@coder/shared";
import { newId, type ClientFactory } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import { fixedConfig, silentLogger, somebody } from "@coder/testing";
import type { AiService } from "../AiService.ts";
import { assemble } from "../assemble.ts";
import type { AiConfig } from "../config.ts";
import type { ConversationStore } from "../conversations/ConversationStore.ts";
import { CONFIG } from "./config.ts";

export interface MadeChangeSet {
  readonly title: string;
  readonly files: readonly { readonly path: string; readonly kind: string; readonly baseHash: string | null; readonly content: string | null }[];
  readonly origin: unknown;
  readonly key: string;
}

/** The module on the modules it needs, as they look to it: one project with files in memory. */
export class ChatRig {
  readonly caller: Caller;
  readonly database: IDatabase;
  readonly files = new Map<string, string>();
  readonly changeSets: MadeChangeSet[] = [];
  readonly runs: string[] = [];
  readonly generated: unknown[] = [];
  runsLong = false;
  runOutput = "\u001b[31m1 failing\u001b[0m";
  readonly denied = new Set<string>();
  readonly projectId: ProjectId;
  readonly service: AiService;
  readonly store: ConversationStore;
  readonly stop: () => Promise<void>;

  constructor(options: { readonly config?: Partial<AiConfig>; readonly database?: IDatabase; readonly caller?: Caller; readonly projectId?: ProjectId; readonly log?: ILogger } = {}) {
    this.caller = options.caller ?? somebody();
    this.projectId = options.projectId ?? newId(ProjectIdSchema);
    this.database = options.database ?? createMemoryDatabase();
    const { service, store, stop } = assemble({ database: this.database, config: fixedConfig({ ...CONFIG, ...options.config }), client: this.#client, now: () => new Date(), log: options.log ?? silentLogger });
    this.service = service;
    this.store = store;
    this.stop = stop;
  }

  /** Sends a message and waits for the end of its answer. */
  async say(text: string, more: Partial<SendMessageInput> = {}): Promise<ConversationDetails & { readonly answerId: MessageId }> {
    const sent = await this.service.sendMessage(this.caller, { projectId: this.projectId, text, context: [], key: newId(), ...more });
    return { ...(await this.ended(sent.conversationId)), answerId: sent.answerId };
  }

  async ended(id: ConversationId): Promise<ConversationDetails> {
    const read = () => this.service.getConversation(this.caller, { id });
    let details = await read();
    if (details.messages.at(-1)?.state !== "running") return details;
    const stop = new AbortController();
    for await (const _item of this.service.watchConversation(this.caller, { id }, AbortSignal.any([stop.signal, AbortSignal.timeout(10_000)]))) {
      details = await read();
      if (details.messages.at(-1)?.state !== "running") break;
    }
    return details;
  }

  /** Only what this module calls is there. */
  readonly #client = ((ref: { readonly module: string }) => (caller: Caller) => {
    const modules: Record<string, Record<string, (input: never) => Promise<unknown>>> = {
      workspace: {
        getProject: async ({ id }: { id: string }) => this.#own(caller, id),
        getEntry: async ({ projectId, path }: { projectId: string; path: string }) => {
          this.#own(caller, projectId);
          if (this.denied.has("workspace.file.read")) throw new AppError("forbidden", "permission_missing", "You may not read files.", { remedy: "Ask an owner." });
          if (!this.files.has(path)) throw new AppError("not_found", "entry_not_found", "Nothing is there.", { remedy: "Look again." });
          return { path };
        },
        readFiles: async ({ paths }: { paths: string[] }) => ({ files: paths.map((path) => ({ path, text: this.files.get(path) ?? null })) }),
        findFiles: async ({ query }: { query: string }) => ({ items: [...this.files.keys()].filter((path) => path.includes(query)).map((path) => ({ path, score: 1, positions: [] })) }),
        searchOnce: async ({ query, wholeWord }: { query: string; wholeWord?: boolean }) => {
          const files = [...this.files].map(([path, text]) => ({
            path,
            matches: text.split("\n").flatMap((line, index) => ((wholeWord ? new RegExp(`\\b${query}\\b`).test(line) : line.includes(query)) ? [{ line: index + 1, ranges: [], text: line, textStart: 0 }] : [])),
          })).filter(({ matches }) => matches.length > 0);
          return { files, summary: { files: files.length, matches: files.reduce((sum, { matches }) => sum + matches.length, 0), limited: false, tookMs: 1 } };
        },
      },
      embeddings: {
        search: async ({ query }: { query: string }) => ({
          hits: [...this.files].flatMap(([path, text]) => [...text.matchAll(/function (\w+)/g)].map((match) => ({
            path, symbol: match[1] ?? null, kind: "function", language: "typescript", startLine: text.slice(0, match.index).split("\n").length, endLine: text.slice(0, match.index).split("\n").length + 2, preview: text.slice(match.index, match.index + 320), score: 0.5,
            reason: { summary: `name: ${query}`, parts: [] },
          }))),
          index: { state: "ready", indexedAt: null, stale: false }, ranking: "builtin", problem: null, tookMs: 1,
        }),
      },
      execution: {
        createChangeSet: async (input: MadeChangeSet) => {
          this.changeSets.push(input);
          return { id: newId() };
        },
        listScripts: async () => ({ folders: [{ folder: "", scripts: [{ name: "test", command: "node --test" }] }], more: false }),
        startRun: async ({ target }: { target: { name: string } }) => {
          this.runs.push(target.name);
          return { id: newId() };
        },
        getRun: async () => ({ state: this.runsLong ? "running" : "failed", exitCode: this.runsLong ? null : 1, outputBytes: Buffer.byteLength(this.runOutput), problem: null }),
        readOutput: async ({ offset }: { offset: number }) => ({ bytes: Buffer.from(this.runOutput).subarray(offset).toString("base64") }),
        cancelRun: async () => void this.runs.push("cancelled"),
      },
      "code-generation": {
        readSentence: async () => ({ generator: "http-endpoint", input: { method: "GET" }, missing: [] }),
        startGeneration: async (input: object) => {
          this.generated.push(input);
          return { generation: { id: newId(), title: "GET /users/:id" } };
        },
      },
    };
    return modules[ref.module] ?? {};
  }) as unknown as ClientFactory;

  #own(caller: Caller, projectId: string) {
    if (projectId !== this.projectId || organizationOf(caller) !== organizationOf(this.caller)) throw new AppError("not_found", "project_not_found", "There is no such project.", { remedy: "None" });
    return { id: projectId, status: "ready" };
  }
}
