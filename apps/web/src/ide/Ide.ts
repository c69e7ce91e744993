import type { Project, ProjectId } from "@coder/api/workspace";
import type { Decorations } from "./decorations.ts";
import type { EditorInput } from "./editors/editor-input.ts";
import type { Editors } from "./editors/editors.ts";
import type { OpenEditorOptions } from "./editors/open-options.ts";
import type { ProjectFeed } from "./files/project-feed.ts";
import type { FrameStore } from "./frame/frame-store.ts";
import type { Store } from "#lib/store.ts";
import type { FileTree } from "./explorer/FileTree.ts";
import type { ProjectFiles } from "./files/project-files.ts";
import type { ActiveEditor } from "./text/active-editor.ts";
import type { Documents } from "./text/documents.ts";

/** One open project, for everything that stands in its frame. */
export interface Ide {
  readonly projectId: ProjectId;
  readonly project: Project;
  readonly files: ProjectFiles;
  readonly tree: FileTree;
  readonly editors: Editors;
  readonly documents: Documents;
  /** The editor of text that is worked in; null while there is none. */
  readonly activeEditor: Store<ActiveEditor | null>;
  /** What the explorer and tabs show beside names: states of git, unsaved text. */
  readonly decorations: Decorations;
  /** What happens to the files, live. */
  readonly feed: ProjectFeed;
  readonly frame: FrameStore;
  readonly open: (input: EditorInput, options?: OpenEditorOptions) => void;
  readonly openFile: (path: string, options?: OpenEditorOptions) => void;
  /** Shows a view of the side bar or a panel, and puts the focus into it. */
  readonly show: (viewId: string) => void;
  /** Shows where a path lies in the tree. */
  readonly revealInExplorer: (path: string) => void;
}
