"use client";

import { ProjectNameSchema } from "@coder/api/workspace";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { z } from "zod";
import { useTRPC } from "#api/trpc.tsx";
import { Button } from "#ui/button.tsx";
import { Dialog, DialogActions } from "#ui/dialog.tsx";
import { TextField } from "#ui/field.tsx";
import { InlineProblem } from "#ui/states.tsx";
import { useForm } from "#ui/use-form.ts";
import styles from "./projects.module.css";
import { usePatchProjects } from "./use-projects.ts";

const FormSchema = z.object({ name: ProjectNameSchema });

export function NewProjectDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="New project">
      <NewProjectForm onClose={onClose} />
    </Dialog>
  );
}

function NewProjectForm({ onClose }: { readonly onClose: () => void }) {
  const trpc = useTRPC();
  const router = useRouter();
  const { refresh } = usePatchProjects();
  const create = useMutation(trpc.workspace.createProject.mutationOptions());
  const form = useForm({
    schema: FormSchema,
    initial: { name: "" },
    draft: "new-project",
    submit: async ({ name }) => {
      const { id } = await create.mutateAsync({ name });
      void refresh();
      onClose();
      router.push(`/projects/${id}`);
    },
  });
  return (
    <form {...form.form} className={styles.form} aria-label="New project">
      {form.problem ? <InlineProblem problem={form.problem} /> : null}
      <TextField {...form.field("name")} label="Name" help="It begins empty. Files are made in it, or dropped into it." autoComplete="off" spellCheck={false} />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" pending={form.pending}>
          Create
        </Button>
      </DialogActions>
    </form>
  );
}
