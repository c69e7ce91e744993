import { type Later, later } from "#lib/later.ts";
import type { IconName } from "#ui/icon.tsx";
import { useReviewBadge } from "./changes/use-changes.ts";
import { useChangeBadge } from "./scm/use-git-status.ts";

/** Something that stands in the side bar of a project: an entry of the activity bar, a command, a keybinding. */
export interface IdeView {
  readonly id: string;
  readonly title: string;
  readonly icon: IconName;
  readonly keys: string;
  /** The view is there for whoever holds it. */
  readonly permission: string;
  readonly component: Later<object>;
  /** Buttons of the view's header: command ids, or a component where that is not enough. */
  readonly actions?: Later<object>;
  /** A count beside the icon, with what it counts: `{ count: 3, label: "3 changed files" }`. Null for none. A hook. */
  readonly useBadge?: () => ViewBadge | null;
}

export interface ViewBadge {
  readonly count: number;
  readonly label: string;
}

/** Something that stands in the panel below the editors. */
export interface IdePanel {
  readonly id: string;
  readonly title: string;
  readonly icon: IconName;
  readonly keys?: string;
  readonly permission: string;
  readonly component: Later<object>;
  readonly actions?: Later<object>;
  readonly useBadge?: () => ViewBadge | null;
}

/** Something that stands in the status bar while a project is open. Draws `StatusItem`s, or nothing. */
export interface IdeStatusItem {
  readonly id: string;
  readonly side: "start" | "end";
  readonly component: Later<object>;
}

/** In the order of the activity bar. */
export const IDE_VIEWS: readonly IdeView[] = [
  {
    id: "explorer",
    title: "Explorer",
    icon: "files",
    keys: "mod+shift+e",
    permission: "workspace.file.read",
    component: later(async () => (await import("./explorer/explorer-view.tsx")).ExplorerView),
    actions: later(async () => (await import("./explorer/explorer-actions.tsx")).ExplorerActions),
  },
  {
    id: "search",
    title: "Search",
    icon: "search",
    keys: "mod+shift+f",
    permission: "workspace.file.read",
    component: later(async () => (await import("./search/search-view.tsx")).SearchView),
    actions: later(async () => (await import("./search/search-actions.tsx")).SearchActions),
  },
  {
    id: "meaning",
    title: "Search by meaning",
    icon: "sparkle",
    keys: "mod+shift+m",
    permission: "embeddings.search.use",
    component: later(async () => (await import("./meaning/meaning-view.tsx")).MeaningView),
    actions: later(async () => (await import("./meaning/meaning-actions.tsx")).MeaningActions),
  },
  {
    id: "scm",
    title: "Source control",
    icon: "source-control",
    keys: "mod+shift+g",
    permission: "workspace.file.read",
    component: later(async () => (await import("./scm/scm-view.tsx")).ScmView),
    actions: later(async () => (await import("./scm/scm-actions.tsx")).ScmActions),
    useBadge: useChangeBadge,
  },
  {
    id: "changes",
    title: "Changes",
    icon: "diff-multiple",
    keys: "mod+shift+y",
    permission: "execution.changeSet.read",
    component: later(async () => (await import("./changes/changes-view.tsx")).ChangesView),
    useBadge: useReviewBadge,
  },
  {
    id: "run",
    title: "Run",
    icon: "play",
    keys: "mod+shift+d",
    permission: "execution.run.read",
    component: later(async () => (await import("./run/run-view.tsx")).RunView),
    actions: later(async () => (await import("./run/run-actions.tsx")).RunActions),
  },
];

/** In the order of their tabs. The panel area is not there while this is empty. */
export const IDE_PANELS: readonly IdePanel[] = [
  {
    id: "output",
    title: "Output",
    icon: "output",
    keys: "mod+shift+u",
    permission: "execution.run.read",
    component: later(async () => (await import("./run/output-panel.tsx")).OutputPanel),
    actions: later(async () => (await import("./run/output-actions.tsx")).OutputActions),
  },
];

export const IDE_STATUS_ITEMS: readonly IdeStatusItem[] = [
  { id: "scm", side: "start", component: later(async () => (await import("./scm/scm-status.tsx")).ScmStatus) },
  { id: "run", side: "start", component: later(async () => (await import("./run/run-status.tsx")).RunStatus) },
  { id: "editor", side: "end", component: later(async () => (await import("./text/editor-status.tsx")).EditorStatus) },
];
