"use client";

import { useEffect } from "react";
import { z } from "zod";
import type { Command } from "#commands/command.ts";
import { useCommands } from "#commands/registry.tsx";
import { copyText } from "#lib/clipboard.ts";
import { useStore } from "#lib/store.ts";
import { plural } from "#lib/time.ts";
import { toast } from "#ui/toast.tsx";
import { useIdeSession } from "../ide-context.ts";
import { useKept } from "../use-kept.ts";
import { chooseAndUpload, downloadFiles, paste, remove } from "./operations.ts";

const CATEGORY = "Explorer";
const SCOPE = "explorer";
const KeptSchema = z.object({ showsExcluded: z.boolean() });
const INITIAL = { showsExcluded: false };
const MAY_WRITE: NonNullable<Command["when"]> = ({ may }) => may("workspace.file.write");

/** What can be done with files and folders. Draws nothing. */
export function ExplorerCommands() {
  const ide = useIdeSession();
  const { explorer, tree, editors } = ide;
  const { active } = useStore(explorer);
  const clipboard = useStore(explorer.clipboard);
  const [{ showsExcluded }, keep] = useKept("explorer", KeptSchema, INITIAL);
  useEffect(() => tree.setShowsExcluded(showsExcluded), [tree, showsExcluded]);
  const chosen = () => explorer.chosen();
  const entry = active === null ? undefined : tree.entry(active);
  const some = entry !== undefined;
  const isFile = entry?.kind === "file" || entry?.kind === "symlink";
  // The view is there, because its commands are: the focus is the new name's.
  const draft = (kind: "file" | "folder") => tree.setDraft({ kind, folder: explorer.targetFolder() });
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
    { id: "explorer.upload", title: "Upload files", category: CATEGORY, icon: "cloud-upload", when: MAY_WRITE, run: () => chooseAndUpload(ide, explorer.targetFolder()) },
    { id: "explorer.collapseAll", title: "Collapse all folders", category: CATEGORY, icon: "collapse-all", run: () => tree.collapseAll() },
    { id: "explorer.refresh", title: "Read all folders again", category: CATEGORY, icon: "refresh", run: () => void tree.refreshAll() },
    { id: "explorer.toggleExcluded", title: showsExcluded ? "Hide folders of version control" : "Show folders of version control", category: CATEGORY, icon: "eye", run: () => keep({ showsExcluded: !showsExcluded }) },
    {
      id: "explorer.revealActive",
      title: "Show the active file",
      category: CATEGORY,
      icon: "list-tree",
      run: () => {
        const group = editors.get().groups[editors.get().activeGroup];
        const path = group?.tabs.find(({ id }) => id === group.active)?.input.path;
        if (path !== undefined) ide.revealInExplorer(path);
      },
    },
    { id: "explorer.openBeside", title: "Open to the side", category: CATEGORY, icon: "split-horizontal", keys: "mod+enter", scope: SCOPE, enabled: isFile, run: () => chosen().forEach((path) => ide.openFile(path, { beside: true })) },
    { id: "explorer.rename", title: "Rename", category: CATEGORY, icon: "rename", keys: "f2", scope: SCOPE, enabled: some, when: MAY_WRITE, run: () => explorer.renaming.set(active) },
    { id: "explorer.delete", title: "Delete", category: CATEGORY, icon: "trash", keys: "delete", otherKeys: ["mod+backspace"], scope: SCOPE, enabled: some, when: MAY_WRITE, run: () => void remove(ide, chosen()) },
    { id: "explorer.cut", title: "Cut", category: CATEGORY, keys: "mod+x", scope: SCOPE, enabled: some, when: MAY_WRITE, run: () => take(true) },
    { id: "explorer.copy", title: "Copy", category: CATEGORY, icon: "copy", keys: "mod+c", scope: SCOPE, enabled: some, run: () => take(false) },
    { id: "explorer.paste", title: "Paste", category: CATEGORY, icon: "clippy", keys: "mod+v", scope: SCOPE, enabled: clipboard !== null, when: MAY_WRITE, run: () => void paste(ide) },
    { id: "explorer.copyPath", title: "Copy path", category: CATEGORY, keys: "alt+shift+c", scope: SCOPE, enabled: some, run: copyPaths },
    { id: "explorer.download", title: "Download", category: CATEGORY, icon: "desktop-download", scope: SCOPE, enabled: entry?.kind === "file", run: () => downloadFiles(ide, chosen()) },
  ]);
  return null;
}
