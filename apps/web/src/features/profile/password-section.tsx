"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import { useTRPC } from "#api/trpc.tsx";
import { NEW_PASSWORD_HELP, NewPasswordFieldSchema } from "#features/door/schemas.ts";
import { useSession } from "#features/session/session.tsx";
import { Button } from "#ui/button.tsx";
import { PasswordField } from "#ui/field.tsx";
import { Section } from "#ui/page.tsx";
import { InlineProblem } from "#ui/states.tsx";
import { toast } from "#ui/toast.tsx";
import { useForm } from "#ui/use-form.ts";
import styles from "./profile.module.css";

const PasswordFormSchema = z.object({ currentPassword: z.string().min(1, "Enter your present password"), newPassword: NewPasswordFieldSchema });

export function PasswordSection() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { user } = useSession();
  const change = useMutation(trpc.auth.changePassword.mutationOptions());
  const form = useForm({
    schema: PasswordFormSchema,
    initial: { currentPassword: "", newPassword: "" },
    fieldOf: { invalid_credentials: "currentPassword", password_too_weak: "newPassword" },
    submit: async (values) => {
      const { revoked } = await change.mutateAsync(values);
      form.reset();
      await queryClient.invalidateQueries({ queryKey: ["sessions"] });
      const others = revoked === 0 ? "" : revoked === 1 ? "Your other session has ended." : `Your ${revoked} other sessions have ended.`;
      toast({ kind: "success", title: "Your password was changed", ...(others ? { detail: others } : {}) });
    },
  });
  return (
    <Section title="Password" description="Changing it ends your other sessions.">
      <form {...form.form} className={styles.form} aria-label="Password">
        {form.problem ? <InlineProblem problem={form.problem} /> : null}
        {/* Lets a password manager know whose password this is. */}
        <input type="text" name="username" autoComplete="username" value={user.email} readOnly hidden />
        <PasswordField {...form.field("currentPassword")} label="Present password" autoComplete="current-password" />
        <PasswordField {...form.field("newPassword")} label="New password" help={NEW_PASSWORD_HELP} autoComplete="new-password" />
        <div className={styles.row}>
          <Button type="submit" pending={form.pending}>
            Change password
          </Button>
        </div>
      </form>
    </Section>
  );
}
