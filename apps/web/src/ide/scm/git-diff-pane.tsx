"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Loaded } from "#api/loaded.tsx";
import { useTRPC } from "#api/trpc.tsx";
import { Button } from "#ui/button.tsx";
import { StateView } from "#ui/states.tsx";
import type { EditorInput } from "../editors/editor-input.ts";
import type { EditorPaneProps } from "../editors/editor-kinds.ts";
import { readablePath } from "../files/file-address.ts";
import { useIde } from "../ide-context.ts";
import { DiffView } from "../text/diff-view.tsx";
import styles from "../text/text.module.css";

type GitInput = Extract<EditorInput, { readonly kind: "git-staged" | "git-unstaged" }>;

const SIDES = {
  "git-staged": { from: "head", to: "index", labels: { original: "Last commit", modified: "Staged" } },
  "git-unstaged": { from: "index", to: "worktree", labels: { original: "Staged or last commit", modified: "Here" } },
} as const;

/** A change of one file as git sees it, both sides to read. */
export function GitDiffPane({ input, group, tab }: EditorPaneProps<GitInput>) {
  const { projectId, feed, openFile } = useIde();
  const { path, originalPath, kind } = input;
  const { from, to, labels } = SIDES[kind];
  const trpc = useTRPC();
  const queries = useQueryClient();
  const options = trpc.workspace.gitDiff.queryOptions({ projectId, path, from, to, ...(originalPath === undefined ? {} : { originalPath }) });
  const query = useQuery(options);
  const { queryKey } = options;
  useEffect(
    () =>
      feed.listen((event) => {
        const touched = event.kind === "git" || event.kind === "rescan" || (event.kind === "changed" && event.changes.some((change) => change.path === path));
        if (touched) void queries.invalidateQueries({ queryKey });
      }),
    [feed, queries, queryKey, path],
  );
  return (
    <Loaded query={query} what="both sides" skeleton={null}>
      {({ original, modified, binary, tooLarge }) => {
        if (binary || tooLarge) {
          return (
            <StateView icon="file-binary" title={binary ? "This is not text" : "This file is too large to compare"} actions={<Button onClick={() => openFile(path)}>Open the file</Button>}>
              <p>It is different from before, but its lines cannot be shown side by side.</p>
            </StateView>
          );
        }
        return (
          <div className={styles.filePane}>
            {original === modified ? (
              <div className={styles.bar}>
                <span className={styles.barText}>{originalPath === undefined ? "The text is the same: only what the file may do has changed." : `The text is the same: it was called ${readablePath(originalPath)}.`}</span>
              </div>
            ) : null}
            <DiffView path={path} original={original ?? ""} modified={modified ?? ""} readOnly labels={labels} group={group} tab={tab} />
          </div>
        );
      }}
    </Loaded>
  );
}
