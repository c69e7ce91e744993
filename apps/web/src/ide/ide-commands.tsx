"use client";

import type { Command } from "#commands/command.ts";
import { useCommands } from "#commands/registry.tsx";
import { useSession } from "#features/session/session.tsx";
import { copyText } from "#lib/clipboard.ts";
import { useStore } from "#lib/store.ts";
import { plural } from "#lib/time.ts";
import { toast } from "#ui/toast.tsx";
import type { EditorKind } from "./editors/editor-input.ts";
import { activeTab, groupIds, groupOf } from "./editors/editor-state.ts";
import { saveAs } from "./files/transfer.ts";
import { CHAT_KEYS, useMayChat } from "./frame/chat-area.tsx";
import { usePanels } from "./frame/use-panels.ts";
import { useIdeSession } from "./ide-context.ts";
import { openQuickOpen } from "./quick-open/quick-open.tsx";
import type { ActiveEditor } from "./text/active-editor.ts";
import { IDE_VIEWS } from "./views.ts";

const MAY_WRITE: NonNullable<Command["when"]> = ({ may }) => may("workspace.file.write");

/** Everything that can be done in an open project besides its views' own. Draws nothing. */
export function IdeCommands() {
  useCommands(useFrameCommands());
  useCommands(useFileCommands());
  useCommands(useEditorCommands());
  return null;
}

function useFrameCommands(): readonly Command[] {
  const { frame, show } = useIdeSession();
  const { may } = useSession();
  const mayChat = useMayChat();
  const panels = usePanels();
  const views = IDE_VIEWS.filter(({ permission }) => may(permission)).map(
    ({ id, title, icon, keys }): Command => ({ id: `${id}.show`, title: `Show ${title.charAt(0).toLowerCase()}${title.slice(1)}`, category: "View", icon, keys, run: () => frame.showView(id) }),
  );
  const shown = panels.map(({ id, title, icon, keys }): Command => ({ id: `${id}.show`, title: `Show ${title.charAt(0).toLowerCase()}${title.slice(1)}`, category: "View", icon, ...(keys === undefined ? {} : { keys }), run: () => show(id) }));
  return [
    ...views,
    ...shown,
    { id: "view.toggleSideBar", title: "Show or hide the side bar", category: "View", icon: "layout-sidebar-left", keys: "mod+b", run: () => frame.toggleSideBar() },
    { id: "view.toggleChat", title: "Show or hide the chat", category: "View", icon: "comment-discussion", keys: CHAT_KEYS, enabled: mayChat, run: () => frame.toggleChat() },
    { id: "view.togglePanel", title: "Show or hide the panel", category: "View", icon: "layout-panel", keys: "mod+j", enabled: panels.length > 0, run: () => frame.togglePanel() },
  ];
}

const COMPARISONS: readonly string[] = ["disk-diff", "git-staged", "git-unstaged"] satisfies readonly EditorKind[];

function useFileCommands(): readonly Command[] {
  const { editors, documents, files, openFile } = useIdeSession();
  const tab = activeTab(useStore(editors));
  const dirty = useStore(documents.dirty);
  const document = () => (tab ? documents.peek(tab.input.path) : undefined);
  const saveAll = async () => {
    const failed = await documents.saveAll();
    if (failed.length > 0) toast({ kind: "error", title: `${plural(failed.length, "file", "files")} could not be saved`, detail: `What stands in the way is said in the editor: ${failed.slice(0, 3).join(", ")}` });
  };
  return [
    { id: "files.open", title: "Go to a file", category: "File", icon: "go-to-file", keys: "mod+p", run: () => openQuickOpen() },
    { id: "file.save", title: "Save", category: "File", icon: "save", keys: "mod+s", enabled: tab !== undefined, when: MAY_WRITE, run: () => void document()?.save() },
    { id: "file.saveAll", title: "Save all", category: "File", icon: "save-all", keys: "mod+alt+s", enabled: dirty.size > 0, when: MAY_WRITE, run: () => void saveAll() },
    { id: "file.reload", title: "Take the text on the disk again", category: "File", icon: "discard", enabled: tab !== undefined, run: () => void document()?.reload() },
    { id: "file.compareWithDisk", title: "Compare with the file on the disk", category: "File", icon: "diff", enabled: tab?.input.kind === "file", run: () => tab && editors.open({ kind: "disk-diff", path: tab.input.path }) },
    { id: "file.openCompared", title: "Open the file that is compared", category: "File", icon: "go-to-file", enabled: tab !== undefined && COMPARISONS.includes(tab.input.kind), run: () => tab && openFile(tab.input.path) },
    { id: "file.overwrite", title: "Write over the file on the disk", category: "File", enabled: tab?.input.kind === "file", when: MAY_WRITE, run: () => void document()?.overwrite() },
    { id: "file.download", title: "Download the active file", category: "File", icon: "desktop-download", enabled: tab?.input.kind === "file", run: () => tab && saveAs(files.downloadUrl(tab.input.path)) },
    { id: "file.copyPath", title: "Copy the path of the active file", category: "File", icon: "copy", keys: "alt+shift+c", enabled: tab !== undefined && tab.input.path !== "", run: () => void copyText(tab?.input.path ?? "") },
  ];
}

function useEditorCommands(): readonly Command[] {
  const { editors, documents, activeEditor } = useIdeSession();
  const state = useStore(editors);
  const active = useStore(activeEditor);
  const group = groupOf(state, state.activeGroup);
  const some = group.tabs.length > 0;
  const several = groupIds(state).length > 1;
  const close = (ids: readonly string[]) => editors.close(group.id, ids);
  const closeSaved = () => close(group.tabs.filter(({ input }) => !documents.isDirty(input.path)).map(({ id }) => id));
  const act = (id: string) => () => {
    active?.editor.focus();
    void active?.editor.getAction(id)?.run();
  };
  const inText = (id: string, title: string, action: string, keys?: string): Command => ({ id: `text.${id}`, title, category: "Text", ...(keys === undefined ? {} : { keys }), enabled: active !== null, run: act(action) });
  const byNumber = Array.from({ length: 9 }, (_, index): Command => ({
    id: `editor.open${index + 1}`,
    title: `Go to tab ${index + 1}`,
    category: "Editor",
    keys: `alt+${index + 1}`,
    enabled: group.tabs.length > index,
    run: () => {
      const tab = group.tabs[index];
      if (tab) editors.activate(group.id, tab.id);
    },
  }));
  return [
    { id: "editor.close", title: "Close the editor", category: "Editor", icon: "close", keys: "alt+w", otherKeys: ["mod+w", "mod+f4"], enabled: some, run: () => group.active !== null && close([group.active]) },
    { id: "editor.closeAll", title: "Close all editors of the group", category: "Editor", icon: "close-all", keys: "alt+shift+w", enabled: some, run: () => close(group.tabs.map(({ id }) => id)) },
    { id: "editor.closeSaved", title: "Close saved editors", category: "Editor", enabled: some, run: closeSaved },
    { id: "editor.closeToTheRight", title: "Close the editors to the right", category: "Editor", enabled: group.tabs.at(-1)?.id !== group.active, run: () => close(group.tabs.slice(group.tabs.findIndex(({ id }) => id === group.active) + 1).map(({ id }) => id)) },
    { id: "editor.closeOthers", title: "Close the other editors", category: "Editor", enabled: group.tabs.length > 1, run: () => close(group.tabs.filter(({ id }) => id !== group.active).map(({ id }) => id)) },
    { id: "editor.reopenClosed", title: "Open again what was closed last", category: "Editor", icon: "history", keys: "alt+shift+t", otherKeys: ["mod+shift+t"], enabled: state.closed.length > 0, run: () => editors.reopen() },
    { id: "editor.next", title: "Next tab", category: "Editor", keys: "alt+pagedown", otherKeys: ["mod+pagedown", "ctrl+tab"], enabled: group.tabs.length > 1, run: () => editors.step(1) },
    { id: "editor.previous", title: "Previous tab", category: "Editor", keys: "alt+pageup", otherKeys: ["mod+pageup"], enabled: group.tabs.length > 1, run: () => editors.step(-1) },
    { id: "editor.keep", title: "Keep the preview open", category: "Editor", enabled: activeTab(state)?.preview === true, run: () => group.active !== null && editors.keep(group.id, group.active) },
    { id: "editor.splitRight", title: "Split right", category: "Editor", icon: "split-horizontal", keys: "mod+\\", otherKeys: ["mod+alt+\\"], enabled: some && editors.canSplit("right"), run: () => editors.split("right") },
    { id: "editor.splitDown", title: "Split down", category: "Editor", icon: "split-vertical", enabled: some && editors.canSplit("down"), run: () => editors.split("down") },
    { id: "editor.moveToNextGroup", title: "Move the tab to the next group", category: "Editor", icon: "arrow-right", keys: "mod+alt+arrowright", enabled: some && (several || group.tabs.length > 1), run: () => editors.moveToNextGroup(1) },
    { id: "editor.moveToPreviousGroup", title: "Move the tab to the previous group", category: "Editor", icon: "arrow-left", keys: "mod+alt+arrowleft", enabled: some && (several || group.tabs.length > 1), run: () => editors.moveToNextGroup(-1) },
    { id: "editor.nextGroup", title: "Go to the next group of editors", category: "Editor", keys: "alt+f6", enabled: several, run: () => editors.stepGroup(1) },
    ...byNumber,
    { id: "editor.goToLine", title: "Go to a line", category: "Text", icon: "list-tree", keys: "mod+g", enabled: active !== null, run: () => openQuickOpen(":") },
    inText("find", "Find", "actions.find", "mod+f"),
    inText("replace", "Replace", "editor.action.startFindReplaceAction", "mod+h"),
    inText("goToSymbol", "Go to a symbol", "editor.action.quickOutline", "mod+shift+o"),
    inText("format", "Format", "editor.action.formatDocument", "alt+shift+f"),
    inText("comment", "Comment lines in or out", "editor.action.commentLine", "mod+/"),
    inText("foldAll", "Fold all", "editor.foldAll"),
    inText("unfoldAll", "Unfold all", "editor.unfoldAll"),
    { id: "text.toggleWordWrap", title: "Wrap long lines or not", category: "Text", keys: "alt+z", enabled: active !== null, run: () => toggleWordWrap(active?.editor) },
    inText("nextProblem", "Go to the next problem", "editor.action.marker.nextInFiles", "f8"),
    inText("trim", "Remove blanks at the ends of lines", "editor.action.trimTrailingWhitespace"),
  ];
}

function toggleWordWrap(editor: ActiveEditor["editor"] | undefined): void {
  const wrapped = editor?.getRawOptions().wordWrap === "on";
  editor?.updateOptions({ wordWrap: wrapped ? "off" : "on" });
}
