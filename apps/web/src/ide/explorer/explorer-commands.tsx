"use client";

import { useEffect } from "react";
import { z } from "zod";
import type { Command } from "#commands/command.ts";
import { useCommands } from "#commands/registry.tsx";
import { copyText } from "#lib/clipboard.ts";
import { useStore } from "#lib/store.ts";
import { plural } from "#lib/time.ts";
import { toast } from "#ui/toast.tsx";
import { folderOf } from "../editors/editor-input.ts";
import { activeTab } from "../editors/editor-state.ts";
import { useIdeSession } from "../ide-context.ts";
import { asGlob, useSearchForm } from "../search/search-form.ts";
import { useKept } from "../use-kept.ts";
import { chooseAndRestore, chooseAndUpload, downloadFiles, paste, remove } from "./operations.ts";

const CATEGORY = "Explorer";
const SCOPE = "explorer";
const KeptSchema = z.object({ showsExcluded: z.boolean() });
const INITIAL = { showsExcluded: false };
const MAY_WRITE: NonNullable<Command["when"]> = ({ may }) => may("workspace.file.write");

/** What can be done with files and folders, whether the explorer is shown or not. Draws nothing. */
export function ExplorerCommands() {
  const ide = useIdeSession();
  const { explorer, tree, editors, frame } = ide;
  const { active } = useStore(explorer);
  const { sideBar } = useStore(frame);
  // Not every editor shows a file: a change under review has no path.
  const open = activeTab(useStore(editors))?.input.path || undefined;
  const clipboard = useStore(explorer.clipboard);
  const { change: search } = useSearchForm();
  const undoable = useStore(explorer.undo).at(-1);
  const [{ showsExcluded }, keep] = useKept("explorer", KeptSchema, INITIAL);
  useEffect(() => tree.setShowsExcluded(showsExcluded), [tree, showsExcluded]);
  const shown = sideBar.visible && sideBar.view === "explorer";
  // What is done is done to what the person sees: what is chosen in the tree, or else the file that is worked in.
  const chosen = () => (shown ? explorer.chosen() : open === undefined ? [] : [open]);
  const entry = shown && active !== null ? tree.entry(active) : undefined;
  const some = shown ? entry !== undefined : open !== undefined;
  const isFile = entry?.kind === "file" || entry?.kind === "symlink";
  /** Where something is named, or arrives, it is seen. */
  const showTree = async () => {
    if (shown) return;
    frame.showView("explorer");
    if (open !== undefined) await explorer.reveal(open);
  };
  const draft = (kind: "file" | "folder") => void showTree().then(() => tree.setDraft({ kind, folder: explorer.targetFolder() }));
  const rename = () => void showTree().then(() => explorer.renaming.set(explorer.get().active));
  const folder = () => (shown || open === undefined ? explorer.targetFolder() : folderOf(open));
  const upload = () => {
    // At once: a browser lets a page ask for files only while the key or click that asked is fresh.
    chooseAndUpload(ide, folder());
    void showTree();
  };
  const searchInFolder = () => {
    search({ include: folder() === "" ? "" : `${asGlob(folder())}/**`, details: true });
    frame.showView("search");
  };
  const take = (cut: boolean) => {
    const paths = chosen();
    explorer.clipboard.set({ paths, cut });
    void copyText(paths.join("\n"));
    toast({ title: `${cut ? "Cut" : "Copied"} ${paths.length === 1 ? paths[0] : plural(paths.length, "entry", "entries")}` });
  };
  const copyPaths = () => {
    const paths = chosen();
    void copyText(paths.join("\n")).then(() => toast({ title: paths.length === 1 ? "Path copied" : `${paths.length} paths copied` }));
  };

  useCommands([
    { id: "explorer.newFile", title: "New file", category: CATEGORY, icon: "new-file", keys: "alt+n", when: MAY_WRITE, run: () => draft("file") },
    { id: "explorer.newFolder", title: "New folder", category: CATEGORY, icon: "new-folder", keys: "alt+shift+n", when: MAY_WRITE, run: () => draft("folder") },
    { id: "explorer.upload", title: "Upload files", category: CATEGORY, icon: "cloud-upload", when: MAY_WRITE, run: upload },
    { id: "explorer.collapseAll", title: "Collapse all folders", category: CATEGORY, icon: "collapse-all", run: () => tree.collapseAll() },
    { id: "explorer.refresh", title: "Read all folders again", category: CATEGORY, icon: "refresh", run: () => void tree.refreshAll() },
    { id: "explorer.toggleExcluded", title: showsExcluded ? "Hide folders of version control" : "Show folders of version control", category: CATEGORY, icon: "eye", run: () => keep({ showsExcluded: !showsExcluded }) },
    {
      id: "explorer.revealActive",
      title: "Show the active file",
      category: CATEGORY,
      icon: "list-tree",
      enabled: open !== undefined,
      run: () => open !== undefined && ide.revealInExplorer(open),
    },
    { id: "explorer.searchInFolder", title: "Search in this folder", category: CATEGORY, icon: "search", keys: "alt+shift+f", scope: SCOPE, run: searchInFolder },
    { id: "explorer.openBeside", title: "Open to the side", category: CATEGORY, icon: "split-horizontal", keys: "mod+enter", scope: SCOPE, enabled: isFile, run: () => chosen().forEach((path) => ide.openFile(path, { beside: true })) },
    { id: "explorer.rename", title: "Rename", category: CATEGORY, icon: "rename", keys: "f2", scope: SCOPE, enabled: some, when: MAY_WRITE, run: rename },
    { id: "explorer.delete", title: "Delete", category: CATEGORY, icon: "trash", keys: "delete", otherKeys: ["mod+backspace"], scope: SCOPE, enabled: some, when: MAY_WRITE, run: () => void remove(ide, chosen()) },
    { id: "explorer.cut", title: "Cut", category: CATEGORY, keys: "mod+x", scope: SCOPE, enabled: some, when: MAY_WRITE, run: () => take(true) },
    { id: "explorer.copy", title: "Copy", category: CATEGORY, icon: "copy", keys: "mod+c", scope: SCOPE, enabled: some, run: () => take(false) },
    { id: "explorer.paste", title: "Paste", category: CATEGORY, icon: "clippy", keys: "mod+v", scope: SCOPE, enabled: clipboard !== null, when: MAY_WRITE, run: () => void showTree().then(() => paste(ide)) },
    { id: "explorer.undo", title: undoable ? `Undo: ${undoable.title}` : "Undo", category: CATEGORY, icon: "discard", keys: "mod+z", scope: SCOPE, enabled: undoable !== undefined, when: MAY_WRITE, run: () => void explorer.undo.run() },
    { id: "explorer.restore", title: "Restore something deleted…", category: CATEGORY, icon: "history", when: MAY_WRITE, run: () => void chooseAndRestore(ide) },
    { id: "explorer.copyPath", title: "Copy path", category: CATEGORY, keys: "alt+shift+c", scope: SCOPE, enabled: some, run: copyPaths },
    { id: "explorer.download", title: "Download", category: CATEGORY, icon: "desktop-download", scope: SCOPE, enabled: shown && entry?.kind === "file", run: () => downloadFiles(ide, chosen()) },
  ]);
  return null;
}
