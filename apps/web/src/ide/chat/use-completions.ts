"use client";

import { skipToken, useQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { useTRPC } from "#api/trpc.tsx";
import { useIde } from "../ide-context.ts";
import { commandsLike, type Completion, namesLike, unfinishedOf } from "./commands.ts";

const MOST = 8;
const FRESH_MS = 30_000;

/** Ways to go on with the command that is being written: commands, scripts, symbols, files. */
export function useCompletions(draft: string): readonly Completion[] {
  const { projectId } = useIde();
  const trpc = useTRPC();
  const { kind, typed } = unfinishedOf(useDeferredValue(draft)) ?? { kind: null, typed: "" };
  const scripts = useQuery(trpc.execution.listScripts.queryOptions(kind === "script" ? { projectId } : skipToken, { staleTime: FRESH_MS })).data;
  const symbols = useQuery(trpc.embeddings.search.queryOptions(kind === "symbol" ? { projectId, query: typed, limit: 20 } : skipToken, { staleTime: FRESH_MS, retry: false, placeholderData: (before) => before })).data;
  const files = useQuery(trpc.workspace.findFiles.queryOptions(kind === "file" ? { projectId, query: typed, limit: MOST } : skipToken, { staleTime: FRESH_MS, placeholderData: (before) => before })).data;
  switch (kind) {
    case null: return [];
    case "command": return commandsLike(typed);
    case "script": return namesLike("/run ", typed, (scripts?.folders ?? []).flatMap(({ folder, scripts: own }) => own.map(({ name, command }) => ({ name: folder === "" ? name : `${folder}/${name}`, help: command }))), MOST);
    case "symbol": return namesLike("/explain ", typed, (symbols?.hits ?? []).flatMap(({ symbol, path, startLine }) => (symbol === null ? [] : [{ name: symbol, help: `${path}:${startLine}` }])), MOST);
    case "file": return (files?.items ?? []).filter(({ path }) => path !== typed).map(({ path }) => ({ text: `/find ${path}`, label: path, help: "" }));
  }
}
