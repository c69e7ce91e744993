import type { Project, ProjectId } from "@coder/api/workspace";
import type { useTRPCClient } from "#api/trpc.tsx";
import { onReconnected } from "#api/connection.ts";
import { followStream } from "#api/follow-stream.ts";
import { toProblem } from "#api/problem.ts";
import { Store } from "#lib/store.ts";
import { Decorations } from "./decorations.ts";
import type { EditorInput } from "./editors/editor-input.ts";
import { editorKind } from "./editors/editor-kinds.ts";
import { openInputs } from "./editors/editor-state.ts";
import { Editors } from "./editors/editors.ts";
import type { OpenEditorOptions } from "./editors/open-options.ts";
import { ExplorerState } from "./explorer/explorer-state.ts";
import { FileTree } from "./explorer/FileTree.ts";
import { Uploads } from "./explorer/Uploads.ts";
import { type ProjectEvent, ProjectFeed } from "./files/project-feed.ts";
import { ProjectFiles } from "./files/project-files.ts";
import { FrameStore } from "./frame/frame-store.ts";
import type { Ide } from "./Ide.ts";
import { type LayoutParts, writeLayout } from "./layout.ts";
import { LayoutKeeper } from "./layout-keeper.ts";
import { noteSent } from "./left-behind.ts";
import { RecentFiles } from "./quick-open/recent-files.ts";
import { TextSearch } from "./search/TextSearch.ts";
import { sendOnLeave } from "./send-on-leave.ts";
import type { ActiveEditor } from "./text/active-editor.ts";
import type { IBufferStore } from "./text/BufferKeeper.ts";
import { Documents } from "./text/documents.ts";
import type { KeptText } from "./text/TextDocument.ts";

interface IdeSessionDeps {
  readonly project: Project;
  readonly client: ReturnType<typeof useTRPCClient>;
  readonly layout: LayoutParts;
  /** Ids of what can stand below the editors. */
  readonly panels: readonly string[];
  /** Unsaved text of this person, by path. */
  readonly buffers: ReadonlyMap<string, KeptText>;
  readonly isNarrow: () => boolean;
  /** The project itself may have changed. */
  readonly onProject: () => void;
}

/** An open project: all its parts, joined. Lives as long as its page. */
export class IdeSession implements Ide {
  readonly projectId: ProjectId;
  readonly files: ProjectFiles;
  readonly tree: FileTree;
  readonly explorer: ExplorerState;
  readonly uploads: Uploads;
  readonly editors: Editors;
  readonly documents: Documents;
  readonly decorations = new Decorations();
  readonly feed = new ProjectFeed();
  readonly frame: FrameStore;
  readonly activeEditor = new Store<ActiveEditor | null>(null);
  readonly recent: RecentFiles;
  readonly search: TextSearch;
  /** What views keep for themselves; see `useKept`. */
  readonly kept: Store<Readonly<Record<string, unknown>>>;
  project: Project;
  readonly #deps: IdeSessionDeps;
  readonly #keeper: LayoutKeeper;

  constructor(deps: IdeSessionDeps) {
    const { project, client, layout, panels, buffers } = deps;
    this.#deps = deps;
    this.project = project;
    this.projectId = project.id;
    this.files = new ProjectFiles({ projectId: project.id, client });
    this.frame = new FrameStore(layout.frame, panels);
    this.kept = new Store(layout.views);
    this.recent = new RecentFiles(project.id);
    this.search = new TextSearch({ client, projectId: project.id });
    this.editors = new Editors({ isDirty: (input) => editorKind(input).holdsText && this.documents.isDirty(input.path), initial: layout.editors });
    for (const [key, state] of layout.viewStates) this.editors.viewStates.set(key, state);
    this.documents = new Documents({
      files: this.files,
      bufferStore: (path) => this.#bufferStore(path),
      isOutOfStep: (error) => toProblem(error).code === "buffer_out_of_step",
      onEdit: (path) => this.editors.keepEverywhere({ kind: "file", path }),
    });
    this.tree = new FileTree(this.files, layout.expanded);
    this.explorer = new ExplorerState(this.tree);
    this.uploads = new Uploads(this.files, (entry) => this.tree.put(entry));
    this.#restore(buffers);
    this.#keeper = new LayoutKeeper({
      read: () => this.#layout(),
      write: (next) => client.workspace.putLayout.mutate({ projectId: project.id, layout: next }),
      writeLast: (next) => sendOnLeave("workspace.putLayout", { projectId: project.id, layout: next }),
    });
  }

  /** Unsaved text is open, in tabs at the end where none shows it. */
  #restore(buffers: ReadonlyMap<string, KeptText>): void {
    for (const [path, text] of buffers) this.documents.restore(path, text);
    const open = new Set(openInputs(this.editors.get()).map(({ path }) => path));
    for (const path of buffers.keys()) if (!open.has(path)) this.editors.openInBackground({ kind: "file", path });
  }

  /** The project itself is another now: its name, its size. */
  renamed(project: Project): void {
    this.project = project;
  }

  /** Begins to follow the project. Returns how to end it. */
  start(): () => void {
    const onFeed = this.feed.listen((event) => {
      this.tree.onFeed(event);
      this.documents.onFeed(event);
    });
    void this.tree.start();
    const stops = [
      onFeed,
      this.#watch(),
      // A stream may have gone on telling while nothing that it told of could be read.
      onReconnected(() => this.feed.tell({ kind: "rescan" })),
      this.editors.subscribe(() => this.#onEditors()),
      this.editors.subscribe(this.#keeper.changed),
      this.frame.subscribe(this.#keeper.changed),
      this.tree.subscribe(this.#keeper.changed),
      this.kept.subscribe(this.#keeper.changed),
    ];
    const onHide = () => this.#leave();
    const onVisibility = () => document.visibilityState === "hidden" && this.#leave();
    window.addEventListener("pagehide", onHide);
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      this.#leave();
      window.removeEventListener("pagehide", onHide);
      document.removeEventListener("visibilitychange", onVisibility);
      for (const stop of stops) stop();
      this.search.stop();
      this.tree.end();
      this.documents.dispose();
    };
  }

  /** Hears of everything that happens to the files. */
  #watch(): () => void {
    return followStream(
      (ended) =>
        this.#deps.client.workspace.watchProject.subscribe(
          { projectId: this.projectId },
          {
            onData: ({ data }) => {
              const event: ProjectEvent = "gap" in data ? { kind: "rescan" } : data.event;
              this.feed.tell(event);
              if (event.kind === "project") this.#deps.onProject();
            },
            onError: ended,
            onComplete: ended,
          },
        ),
      // Why it ended may stand with the project: deleted, or not to be seen any more.
      () => this.#deps.onProject(),
    );
  }

  #onEditors(): void {
    const state = this.editors.get();
    const inputs = openInputs(state);
    this.documents.keepOnly(new Set(inputs.map(({ path }) => path)));
    const active = state.groups[state.activeGroup]?.active;
    const input = inputs.find(({ path, kind }) => active === `${kind}:${path}`);
    if (input?.kind === "file") this.recent.use(input.path);
  }

  /** The page goes, perhaps for good: what is not on the server yet is sent without waiting for an answer. */
  #leave(): void {
    const pending = this.documents.pending();
    noteSent(this.projectId, pending.map(({ path, after }) => ({ path, revision: after })));
    for (const { path, message } of pending) sendOnLeave("workspace.saveBuffer", { projectId: this.projectId, path, ...message });
    this.#keeper.leave();
  }

  #layout() {
    this.editors.saveViewStates();
    return writeLayout({ frame: this.frame.get(), editors: this.editors.get(), viewStates: this.editors.viewStates, expanded: this.tree.get().expanded, views: this.kept.get() });
  }

  #bufferStore(path: string): IBufferStore {
    const { client } = this.#deps;
    const { projectId } = this;
    return {
      save: (input) => client.workspace.saveBuffer.mutate({ projectId, path, ...input }),
      discard: async () => {
        await client.workspace.discardBuffer.mutate({ projectId, path });
      },
    };
  }

  // Arrows, all four: they are handed around as values.
  open = (input: EditorInput, options?: OpenEditorOptions): void => {
    this.editors.open(input, options);
    // On a phone there is room for one of them.
    if (this.#deps.isNarrow()) this.frame.update((state) => ({ ...state, sideBar: { ...state.sideBar, visible: false }, panel: { ...state.panel, visible: false }, chat: { ...state.chat, visible: false } }));
  };

  openFile = (path: string, options?: OpenEditorOptions): void => {
    this.open({ kind: "file", path }, options);
  };

  show = (viewId: string): void => {
    this.frame.show(viewId);
    // A side bar would stand in front of it there.
    if (this.#deps.isNarrow() && this.frame.isPanel(viewId)) this.frame.update((state) => ({ ...state, sideBar: { ...state.sideBar, visible: false }, chat: { ...state.chat, visible: false } }));
  };

  revealInExplorer = (path: string): void => {
    this.frame.showView("explorer");
    void this.explorer.reveal(path);
  };

  /** Files were moved, on the disk when `moving` is done: what is open follows. */
  moved(from: string, to: string, moving?: Promise<unknown>): void {
    this.tree.rename(from, to, moving);
    this.editors.rename(from, to);
    this.documents.rename(from, to, moving);
  }
}
