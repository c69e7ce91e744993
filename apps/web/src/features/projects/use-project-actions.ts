"use client";

import type { Project } from "@coder/api/workspace";
import { useMutation } from "@tanstack/react-query";
import { toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { toast } from "#ui/toast.tsx";
import { usePatchProjects } from "./use-projects.ts";

/** What can be done with a project that is there already. Changes show at once; what can be undone carries its undo. */
export function useProjectActions() {
  const trpc = useTRPC();
  const { patch, refresh } = usePatchProjects();
  const deleteProject = useMutation(trpc.workspace.deleteProject.mutationOptions());
  const restoreProject = useMutation(trpc.workspace.restoreProject.mutationOptions());
  const purgeProject = useMutation(trpc.workspace.purgeProject.mutationOptions());
  const retryImport = useMutation(trpc.workspace.retryImport.mutationOptions());

  const attempt = async (work: () => Promise<unknown>, done: Parameters<typeof toast>[0] | null, undo: () => void = () => undefined) => {
    try {
      await work();
      if (done) toast(done);
    } catch (error) {
      undo();
      const { message, remedy } = toProblem(error);
      toast({ kind: "error", title: message, detail: remedy });
    } finally {
      await refresh();
    }
  };

  const restore = (project: Project) => void attempt(() => restoreProject.mutateAsync({ id: project.id }), { title: `${project.name} is back` });
  return {
    restore,
    remove: async (project: Project) => {
      const undo = await patch((projects) => projects.filter(({ id }) => id !== project.id));
      await attempt(() => deleteProject.mutateAsync({ id: project.id }), { title: `${project.name} is in the trash`, action: { label: "Undo", run: () => restore(project) } }, undo);
    },
    retry: (project: Project) => void attempt(() => retryImport.mutateAsync({ id: project.id }), null),
    /** For good. Rejects, so that the question that stands before it can say why. */
    purge: async (project: Project) => {
      await purgeProject.mutateAsync({ id: project.id });
      toast({ title: `${project.name} was removed for good` });
      await refresh();
    },
  };
}
