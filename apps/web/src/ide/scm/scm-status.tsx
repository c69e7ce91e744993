"use client";

import { useIde } from "../ide-context.ts";
import { StatusItem } from "../frame/status-item.tsx";
import { useFollowGit, useGitStatus } from "./use-git-status.ts";

/** The branch, how far it is from the one it follows, and whether something is uncommitted. */
export function ScmStatus() {
  useFollowGit();
  const ide = useIde();
  const { data } = useGitStatus();
  if (!data?.repository) return null;
  const { branch, commit, ahead, behind, entries, operation } = data;
  const name = branch ?? commit?.slice(0, 7) ?? "no commit";
  const distance = [behind > 0 ? `${behind}↓` : "", ahead > 0 ? `${ahead}↑` : ""].filter(Boolean).join(" ");
  const told = [branch === null ? `Detached at ${name}` : `Branch ${name}`, ahead > 0 ? `${ahead} ahead` : "", behind > 0 ? `${behind} behind` : "", operation === null ? "" : `${operation} in progress`].filter(Boolean).join(", ");
  return (
    <StatusItem icon={branch === null ? "versions" : "git-branch"} label={`${told}. Show the changes`} onClick={() => ide.show("scm")}>
      {name}
      {entries.length > 0 ? "*" : ""}
      {distance === "" ? "" : ` ${distance}`}
      {operation === null ? "" : ` (${operation})`}
    </StatusItem>
  );
}
