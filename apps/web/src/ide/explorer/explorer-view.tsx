"use client";

import { useEffect, useSyncExternalStore } from "react";
import { useSession } from "#features/session/session.tsx";
import { CommandButton } from "#commands/command-controls.tsx";
import { useDelayed } from "#lib/use-delayed.ts";
import { useStore } from "#lib/store.ts";
import { Loading, Skeleton } from "#ui/skeleton.tsx";
import { EmptyState, ProblemState } from "#ui/states.tsx";
import { useIdeSession } from "../ide-context.ts";
import styles from "./explorer.module.css";
import { Tree } from "./tree.tsx";
import { UploadBar } from "./upload-bar.tsx";

/** The files of the project. */
export function ExplorerView() {
  const ide = useIdeSession();
  const { may } = useSession();
  const { folders, draft } = useStore(ide.tree);
  const rows = useSyncExternalStore(ide.tree.subscribe, ide.tree.rows, ide.tree.rows);
  const root = folders.get("");
  const loading = root === undefined || (root.loading && root.entries.length === 0);
  const late = useDelayed(loading);
  useFollowActiveFile();

  return (
    <>
      {root?.problem && root.entries.length === 0 ? (
        <ProblemState problem={root.problem} onRetry={() => void ide.tree.refresh("")} />
      ) : loading ? (
        late ? (
          <Bones />
        ) : null
      ) : rows.length === 0 && draft === null ? (
        <EmptyState
          icon="files"
          title="No files yet"
          actions={
            may("workspace.file.write") ? (
              <>
                <CommandButton command="explorer.newFile" variant="primary" />
                <CommandButton command="explorer.upload" />
              </>
            ) : null
          }
        >
          <p>{may("workspace.file.write") ? "Make the first one, or drop files and folders here." : "Whoever may change this project puts them here."}</p>
        </EmptyState>
      ) : (
        <Tree rows={rows} />
      )}
      <UploadBar />
    </>
  );
}

/** The file that is worked in is chosen in the tree, where it is visible there already. */
function useFollowActiveFile(): void {
  const { editors, explorer, tree } = useIdeSession();
  const { groups, activeGroup } = useStore(editors);
  const group = groups[activeGroup];
  const path = group?.tabs.find(({ id }) => id === group.active)?.input.path;
  useEffect(() => {
    // Not under the hands of somebody who works in the tree: the next key would be meant for another row.
    if (path === undefined || document.activeElement?.closest("[role=tree]") || !tree.rows().some((row) => row.id === path)) return;
    explorer.select(path, "only");
    explorer.reveals.update((count) => count + 1);
  }, [path, explorer, tree]);
}

function Bones() {
  return (
    <div className={styles.bones} aria-hidden="true">
      <Loading what="files" />
      {Array.from({ length: 12 }, (_, index) => (
        <Skeleton key={index} width={90 + ((index * 53) % 120)} />
      ))}
    </div>
  );
}
