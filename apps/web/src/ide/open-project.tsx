"use client";

import type { Project } from "@coder/api/workspace";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Loaded } from "#api/loaded.tsx";
import { useTRPC, useTRPCClient } from "#api/trpc.tsx";
import { NARROW } from "#lib/use-media.ts";
import shell from "#shell/shell.module.css";
import { FillSlot } from "#shell/slots.tsx";
import { Middle } from "#ui/values.tsx";
import { ExplorerCommands } from "./explorer/explorer-commands.tsx";
import { useMonacoTheme } from "./text/monaco-theme-follower.ts";
import { Frame } from "./frame/frame.tsx";
import { FrameBones } from "./frame/frame-bones.tsx";
import { StatusFill } from "./frame/status-fill.tsx";
import { ViewSwitch } from "./frame/view-switch.tsx";
import { GenerateCommands } from "./generate/generate-commands.tsx";
import { IdeCommands } from "./ide-commands.tsx";
import { MeaningCommands } from "./meaning/meaning-commands.tsx";
import { SearchCommands } from "./search/search-commands.tsx";
import { ScmCommands } from "./scm/scm-commands.tsx";
import { IdeContext } from "./ide-context.ts";
import { IdeSession } from "./IdeSession.ts";
import { untilArrived } from "./left-behind.ts";
import { type LayoutParts, readLayout } from "./layout.ts";
import { fetchShown } from "./shown-first.ts";
import { QuickOpen } from "./quick-open/quick-open.tsx";
import { QuickPick } from "./quick-open/quick-pick.tsx";
import type { KeptText } from "./text/TextDocument.ts";
import { useFileInUrl } from "./use-file-in-url.ts";
import { IDE_PANELS, IDE_VIEWS } from "./views.ts";

/** After what is on the page itself. */
const VIEWS_AFTER_MS = 1_500;
const ASK_AGAIN_MS = 3_000;

interface LeftBehind {
  readonly layout: LayoutParts;
  readonly buffers: ReadonlyMap<string, KeptText>;
}

/** A project that can be worked in: as its person left it, with what they had not saved. */
export function OpenProject({ project }: { readonly project: Project }) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const { id: projectId } = project;
  // Read once: from then on this page is what others will find.
  const query = useQuery({
    queryKey: [...trpc.workspace.getLayout.queryKey({ projectId }), "left-behind"],
    queryFn: async (): Promise<LeftBehind> => {
      const [{ layout }, items] = await Promise.all([client.workspace.getLayout.query({ projectId }), untilArrived(projectId, async () => (await client.workspace.listBuffers.query({ projectId })).items)]);
      const parts = readLayout(layout);
      await fetchShown(parts, items.length > 0 || new URLSearchParams(window.location.search).has("file"));
      return { layout: parts, buffers: new Map(items.map(({ path, text, baseHash, revision }) => [path, { text, baseHash, revision }])) };
    },
    // The project would stay closed for want of an answer.
    refetchInterval: ({ state }) => (state.status === "error" ? ASK_AGAIN_MS : false),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return (
    <Loaded query={query} what="the project" skeleton={<FrameBones />}>
      {(left) => <Session project={project} left={left} />}
    </Loaded>
  );
}

function Session({ project, left }: { readonly project: Project; readonly left: LeftBehind }) {
  const client = useTRPCClient();
  const [session, setSession] = useState<IdeSession | null>(null);
  const queryClient = useQueryClient();
  const trpc = useTRPC();
  const known = useRef(project);
  const { id } = project;

  // Made where it is also ended: React may mount a component twice to see whether it cleans up.
  useEffect(() => {
    const onProject = () => void queryClient.invalidateQueries({ queryKey: trpc.workspace.getProject.queryKey({ id }) });
    const made = new IdeSession({ project: known.current, client, layout: left.layout, panels: IDE_PANELS.map(({ id: panel }) => panel), buffers: left.buffers, isNarrow: () => window.matchMedia(NARROW).matches, onProject });
    setSession(made);
    return made.start();
  }, [id, client, left, queryClient, trpc]);
  // A project that was renamed is still the one that is open.
  useEffect(() => {
    known.current = project;
    session?.renamed(project);
  }, [session, project]);

  if (!session) return null;
  return (
    <IdeContext value={session}>
      <IdeCommands />
      <ExplorerCommands />
      <GenerateCommands />
      <MeaningCommands />
      <ScmCommands />
      <SearchCommands />
      <FillSlot name="title">
        <h1 className={shell.place}>
          <Middle text={project.name} />
        </h1>
      </FillSlot>
      <ViewSwitch />
      <StatusFill />
      <Frame />
      <QuickOpen />
      <QuickPick />
      <Follow />
    </IdeContext>
  );
}

/** What goes on while the project is open. Draws nothing. */
function Follow() {
  useMonacoTheme();
  useFileInUrl();
  useViewsAhead();
  return null;
}

/** Fetches the views that are not shown once there is nothing more urgent to do: keys that are typed after the one that shows a view are meant for it. */
function useViewsAhead(): void {
  useEffect(() => {
    const timer = setTimeout(() => void Promise.all(IDE_VIEWS.flatMap(({ component, actions }) => [component.preload(), actions?.preload()])), VIEWS_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
}
