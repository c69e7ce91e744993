"use client";

import { RoleSchema } from "@coder/api/user-management";
import { EmailSchema } from "@coder/shared";
import { ORGANIZATION_ROLES } from "@coder/shared";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { z } from "zod";
import { useTRPC } from "#api/trpc.tsx";
import { useSession } from "#features/session/session.tsx";
import { copyText } from "#lib/clipboard.ts";
import { Button } from "#ui/button.tsx";
import { Dialog, DialogActions } from "#ui/dialog.tsx";
import { SelectField, TextField } from "#ui/field.tsx";
import { InlineProblem, Notice } from "#ui/states.tsx";
import { toast } from "#ui/toast.tsx";
import { useForm } from "#ui/use-form.ts";
import { Time } from "#ui/values.tsx";
import styles from "./people.module.css";
import { ROLE_HELP, ROLE_NAMES } from "./roles.ts";
import { usePatchMember } from "./use-people.ts";

const InviteFormSchema = z.object({
  role: RoleSchema,
  email: z
    .string()
    .trim()
    .refine((value) => value === "" || EmailSchema.safeParse(value).success, "Enter an address like name@example.org, or leave it empty"),
});

interface Made {
  readonly link: string;
  readonly email: string | null;
  readonly expiresAt: string;
}

export function InviteDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { organization } = useSession();
  const [made, setMade] = useState<Made | null>(null);
  const close = () => {
    setMade(null);
    onClose();
  };
  return (
    <Dialog open={open} onClose={close} title={`Invite to ${organization?.name ?? ""}`}>
      {made ? <Link made={made} onDone={close} onMore={() => setMade(null)} /> : <InviteForm onMade={setMade} onCancel={close} />}
    </Dialog>
  );
}

function InviteForm({ onMade, onCancel }: { readonly onMade: (made: Made) => void; readonly onCancel: () => void }) {
  const trpc = useTRPC();
  const { organization } = useSession();
  const { refresh } = usePatchMember();
  const create = useMutation(trpc.userManagement.createInvitation.mutationOptions());
  const form = useForm({
    schema: InviteFormSchema,
    initial: { role: "member", email: "" },
    draft: "invite",
    submit: async ({ role, email }) => {
      const { token, expiresAt } = await create.mutateAsync({ role, email: email === "" ? null : email });
      void refresh();
      onMade({ link: `${window.location.origin}/invite/${token}`, email: email === "" ? null : email, expiresAt });
    },
  });
  // Only an owner makes owners; the server holds to it too.
  const roles = ORGANIZATION_ROLES.filter((role) => role !== "owner" || organization?.role === "owner");
  const chosen = roles.find((role) => role === form.values.role);
  return (
    <form {...form.form} className={styles.form} aria-label="Invitation">
      {form.problem ? <InlineProblem problem={form.problem} /> : null}
      <SelectField {...form.field("role")} label="Role" help={chosen ? ROLE_HELP[chosen] : ""} options={roles.map((role) => ({ value: role, label: ROLE_NAMES[role] }))} />
      <TextField {...form.field("email")} label="E-mail address" optional help="Only this address may accept. Left empty, whoever has the link may." type="email" autoComplete="off" spellCheck={false} />
      <DialogActions>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" pending={form.pending}>
          Make the link
        </Button>
      </DialogActions>
    </form>
  );
}

function Link({ made, onDone, onMore }: { readonly made: Made; readonly onDone: () => void; readonly onMore: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  const copy = async () => {
    await copyText(made.link);
    toast({ title: "Link copied" });
  };
  return (
    <div className={styles.form}>
      <p>
        {made.email === null ? "Whoever opens this link joins." : `Only ${made.email} can use this link.`} It works once and expires <Time at={made.expiresAt} />.
      </p>
      <div className={styles.link}>
        <input ref={input} readOnly value={made.link} aria-label="Invitation link" onFocus={(event) => event.target.select()} />
        <Button variant="primary" icon="copy" autoFocus onClick={() => void copy()}>
          Copy link
        </Button>
      </div>
      <Notice>The link is shown this once. Nothing is sent by e-mail: hand it over yourself.</Notice>
      <DialogActions>
        <Button variant="quiet" onClick={onMore}>
          Invite somebody else
        </Button>
        <Button onClick={onDone}>Done</Button>
      </DialogActions>
    </div>
  );
}
