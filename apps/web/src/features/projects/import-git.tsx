"use client";

import { GitRefSchema, GitUrlSchema, ProjectNameSchema } from "@coder/api/workspace";
import { useMutation } from "@tanstack/react-query";
import { z } from "zod";
import { useTRPC } from "#api/trpc.tsx";
import { Button } from "#ui/button.tsx";
import { DialogActions } from "#ui/dialog.tsx";
import { TextField } from "#ui/field.tsx";
import { InlineProblem } from "#ui/states.tsx";
import { useForm } from "#ui/use-form.ts";
import type { ImportFormProps } from "./import-form.ts";
import styles from "./projects.module.css";

const optional = <Schema extends z.ZodType<string>>(schema: Schema) => z.string().trim().refine((value) => value === "" || schema.safeParse(value).success, "Is not one that git can have");

const FormSchema = z.object({
  url: z.string().trim().refine((value) => GitUrlSchema.safeParse(value).success, "Enter an address like https://example.org/team/project.git, without user name and password"),
  ref: optional(GitRefSchema),
  name: z.string().trim().refine((value) => value === "" || ProjectNameSchema.safeParse(value).success, "Enter a name of at most 100 characters"),
});

/** A repository that everybody may clone. */
export function ImportGit({ onStarted, onCancel }: ImportFormProps) {
  const trpc = useTRPC();
  const importGit = useMutation(trpc.workspace.importGit.mutationOptions());
  const form = useForm({
    schema: FormSchema,
    initial: { url: "", ref: "", name: "" },
    draft: "import-git",
    submit: async ({ url, ref, name }) => onStarted(await importGit.mutateAsync({ url, ...(ref === "" ? {} : { ref }), ...(name === "" ? {} : { name }) })),
  });
  return (
    <form {...form.form} className={styles.form} aria-label="Import from git">
      {form.problem ? <InlineProblem problem={form.problem} /> : null}
      <TextField {...form.field("url")} label="Address" help="https, and open to everybody: nothing to sign in with is kept here." inputMode="url" autoComplete="off" spellCheck={false} />
      <TextField {...form.field("ref")} label="Branch, tag or commit" optional help="The default branch, if it is left empty." autoComplete="off" spellCheck={false} mono />
      <TextField {...form.field("name")} label="Name" optional help="The repository's name, if it is left empty." autoComplete="off" spellCheck={false} />
      <DialogActions>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" pending={form.pending}>
          Import
        </Button>
      </DialogActions>
    </form>
  );
}
