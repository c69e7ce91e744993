"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Loaded } from "#api/loaded.tsx";
import { type Problem, toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { Button, IconButton } from "#ui/button.tsx";
import { DialogActions } from "#ui/dialog.tsx";
import { Icon } from "#ui/icon.tsx";
import { Skeleton } from "#ui/skeleton.tsx";
import { InlineProblem } from "#ui/states.tsx";
import type { ImportFormProps } from "./import-form.ts";
import styles from "./projects.module.css";

/** A folder of the server, below one of those that the settings allow. It is copied; what is there stays as it is. */
export function ImportFolder({ onStarted, onCancel }: ImportFormProps) {
  const trpc = useTRPC();
  const [path, setPath] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const query = useQuery(trpc.workspace.listImportFolders.queryOptions(path === null ? {} : { path }));
  const importFolder = useMutation(trpc.workspace.importFolder.mutationOptions());
  const submit = async () => {
    if (path === null) return;
    setProblem(null);
    try {
      onStarted(await importFolder.mutateAsync({ path }));
    } catch (error) {
      setProblem(toProblem(error));
    }
  };
  return (
    <div className={styles.form}>
      {problem ? <InlineProblem problem={problem} /> : null}
      <div className={styles.folderPath}>
        {path === null ? (
          "Folders that may be imported"
        ) : (
          <>
            <IconButton icon="arrow-up" label="Up" onClick={() => setPath(query.data?.parent ?? null)} />
            {path}
          </>
        )}
      </div>
      <Loaded query={query} what="folders" skeleton={<div className={styles.folders}><Skeleton width={160} /></div>}>
        {({ folders, limited }) => (
          <div className={styles.folders} role="group" aria-label="Folders">
            {folders.map((folder) => (
              <button key={folder.path} type="button" className={styles.folder} onClick={() => setPath(folder.path)}>
                <Icon name="folder" />
                {folder.name}
              </button>
            ))}
            {folders.length === 0 ? (
              <p className={styles.folderNote}>{path === null ? "No folder is allowed yet: whoever runs this installation names them in the setting workspace.import.folderRoots." : "No folders in it."}</p>
            ) : null}
            {limited ? <p className={styles.folderNote}>There are more folders than are listed.</p> : null}
          </div>
        )}
      </Loaded>
      <p>A copy is imported; the folder itself is left as it is.</p>
      <DialogActions>
        <Button onClick={onCancel}>Cancel</Button>
        <Button variant="primary" pending={importFolder.isPending} disabled={path === null} onClick={() => void submit()}>
          Import this folder
        </Button>
      </DialogActions>
    </div>
  );
}
