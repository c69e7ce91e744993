"use client";

import { useMutation } from "@tanstack/react-query";
import { z } from "zod";
import { useTRPC } from "#api/trpc.tsx";
import { Button } from "#ui/button.tsx";
import { PasswordField, TextField } from "#ui/field.tsx";
import { InlineProblem } from "#ui/states.tsx";
import { useForm } from "#ui/use-form.ts";
import styles from "./door.module.css";
import { EmailFieldSchema, NameFieldSchema, NEW_PASSWORD_HELP, NewPasswordFieldSchema } from "./schemas.ts";
import { useEnter } from "./use-enter.ts";

const AccountFormSchema = z.object({ name: NameFieldSchema, email: EmailFieldSchema, password: NewPasswordFieldSchema, setupCode: z.string().trim() });
const WithCodeSchema = AccountFormSchema.extend({ setupCode: z.string().trim().min(1, "Enter the code from the terminal") });

interface AccountFormProps {
  readonly label: string;
  readonly action: string;
  /** The first account of an installation that others can reach proves that it is at the machine. */
  readonly setupCode?: boolean;
  readonly invitationToken?: string;
  /** The only address that the invitation is good for. */
  readonly email?: string | null;
}

/** Makes an account and signs it in. */
export function AccountForm({ label, action, setupCode = false, invitationToken, email = null }: AccountFormProps) {
  const trpc = useTRPC();
  const enter = useEnter();
  const signUp = useMutation(trpc.auth.signUp.mutationOptions());
  const form = useForm({
    schema: setupCode ? WithCodeSchema : AccountFormSchema,
    initial: { name: "", email: email ?? "", password: "", setupCode: "" },
    fieldOf: { email_taken: "email", password_too_weak: "password", setup_code_wrong: "setupCode" },
    submit: async ({ setupCode: code, ...values }) => {
      await signUp.mutateAsync({ ...values, ...(code === "" ? {} : { setupCode: code }), ...(invitationToken === undefined ? {} : { invitationToken }) });
      enter();
    },
  });
  return (
    <>
      {form.problem ? <InlineProblem problem={form.problem} /> : null}
      <form {...form.form} className={styles.form} aria-label={label}>
        {setupCode ? (
          <TextField {...form.field("setupCode")} label="Setup code" help="Printed in the terminal where Coder IDE was started." mono autoComplete="off" spellCheck={false} autoFocus />
        ) : null}
        <TextField {...form.field("name")} label="Name" help="What others see." autoComplete="name" autoFocus={!setupCode} />
        <TextField
          {...form.field("email")}
          label="E-mail address"
          help={email === null ? "You sign in with it. Nothing is sent to it." : "The invitation is for this address only."}
          type="email"
          autoComplete="username"
          spellCheck={false}
          readOnly={email !== null}
        />
        <PasswordField {...form.field("password")} label="Password" help={NEW_PASSWORD_HELP} autoComplete="new-password" />
        <div className={styles.submit}>
          <Button type="submit" variant="primary" wide pending={form.pending}>
            {action}
          </Button>
        </div>
      </form>
    </>
  );
}
