"use client";

import { type Organization, OrganizationNameSchema } from "@coder/api/user-management";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import { Loaded } from "#api/loaded.tsx";
import { useTRPC } from "#api/trpc.tsx";
import { Button } from "#ui/button.tsx";
import { Dialog, DialogActions } from "#ui/dialog.tsx";
import { TextField } from "#ui/field.tsx";
import { Skeleton } from "#ui/skeleton.tsx";
import { InlineProblem } from "#ui/states.tsx";
import { toast } from "#ui/toast.tsx";
import { useForm } from "#ui/use-form.ts";
import styles from "./people.module.css";

const RenameFormSchema = z.object({ name: OrganizationNameSchema });

export function RenameDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Rename the organization">
      <Rename onClose={onClose} />
    </Dialog>
  );
}

function Rename({ onClose }: { readonly onClose: () => void }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.userManagement.getOrganization.queryOptions({}, { staleTime: 0 }));
  return (
    <Loaded query={query} what="the organization" skeleton={<Skeleton width="100%" height={32} />}>
      {(organization) => <RenameForm key={organization.version} organization={organization} onClose={onClose} />}
    </Loaded>
  );
}

function RenameForm({ organization, onClose }: { readonly organization: Organization; readonly onClose: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const rename = useMutation(trpc.userManagement.renameOrganization.mutationOptions());
  const send = async (name: string, version: string) => {
    const renamed = await rename.mutateAsync({ name, version });
    await Promise.all([queryClient.invalidateQueries(trpc.auth.currentSession.queryFilter()), queryClient.invalidateQueries(trpc.userManagement.getOrganization.queryFilter())]);
    return renamed;
  };
  const form = useForm({
    schema: RenameFormSchema,
    initial: { name: organization.name },
    submit: async ({ name }) => {
      const renamed = await send(name, organization.version);
      onClose();
      toast({ kind: "success", title: `The organization is now called ${renamed.name}`, action: { label: "Undo", run: () => void send(organization.name, renamed.version) } });
    },
  });
  return (
    <form {...form.form} className={styles.form} aria-label="Name of the organization">
      {form.problem ? <InlineProblem problem={form.problem} /> : null}
      <TextField {...form.field("name")} label="Name" help="What its members and people who are invited see." autoFocus />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" pending={form.pending}>
          Rename
        </Button>
      </DialogActions>
    </form>
  );
}
