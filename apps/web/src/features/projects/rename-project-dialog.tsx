"use client";

import { type Project, ProjectNameSchema } from "@coder/api/workspace";
import { useMutation } from "@tanstack/react-query";
import { z } from "zod";
import { useTRPC } from "#api/trpc.tsx";
import { Button } from "#ui/button.tsx";
import { Dialog, DialogActions } from "#ui/dialog.tsx";
import { TextField } from "#ui/field.tsx";
import { InlineProblem } from "#ui/states.tsx";
import { toast } from "#ui/toast.tsx";
import { useForm } from "#ui/use-form.ts";
import styles from "./projects.module.css";
import { usePatchProjects } from "./use-projects.ts";

const FormSchema = z.object({ name: ProjectNameSchema });

export function RenameProjectDialog({ project, onClose }: { readonly project: Project | null; readonly onClose: () => void }) {
  return (
    <Dialog open={project !== null} onClose={onClose} title={`Rename ${project?.name ?? ""}`}>
      {project ? <RenameForm project={project} onClose={onClose} /> : null}
    </Dialog>
  );
}

function RenameForm({ project, onClose }: { readonly project: Project; readonly onClose: () => void }) {
  const trpc = useTRPC();
  const { refresh } = usePatchProjects();
  const rename = useMutation(trpc.workspace.renameProject.mutationOptions());
  const form = useForm({
    schema: FormSchema,
    initial: { name: project.name },
    submit: async ({ name }) => {
      await rename.mutateAsync({ id: project.id, version: project.version, name });
      await refresh();
      toast({ title: `${project.name} is now called ${name}` });
      onClose();
    },
  });
  return (
    <form {...form.form} className={styles.form} aria-label="Rename the project">
      {form.problem ? <InlineProblem problem={form.problem} /> : null}
      <TextField {...form.field("name")} label="Name" autoComplete="off" spellCheck={false} onFocus={(event) => event.target.select()} />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" pending={form.pending}>
          Rename
        </Button>
      </DialogActions>
    </form>
  );
}
