"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter, useSearchParams } from "next/navigation";
import { useEffect } from "react";
import { z } from "zod";
import { useTRPC } from "#api/trpc.tsx";
import { Button } from "#ui/button.tsx";
import { PasswordField, TextField } from "#ui/field.tsx";
import { InlineProblem, Notice } from "#ui/states.tsx";
import { useForm } from "#ui/use-form.ts";
import { DoorCard } from "./door-frame.tsx";
import styles from "./door.module.css";
import { EmailFieldSchema, PasswordFieldSchema } from "./schemas.ts";
import { useEnter } from "./use-enter.ts";

const SignInFormSchema = z.object({ email: EmailFieldSchema, password: PasswordFieldSchema });

export function SignInPage() {
  const trpc = useTRPC();
  const router = useRouter();
  const enter = useEnter();
  const search = useSearchParams();
  const { data: installation } = useQuery(trpc.userManagement.installation.queryOptions({}));
  const signIn = useMutation(trpc.auth.signIn.mutationOptions());
  const form = useForm({
    schema: SignInFormSchema,
    initial: { email: "", password: "" },
    submit: async (values) => {
      await signIn.mutateAsync(values);
      enter();
    },
  });
  const unclaimed = installation?.claimed === false;
  useEffect(() => {
    if (unclaimed) router.replace("/setup");
  }, [unclaimed, router]);
  const next = search.get("next");

  return (
    <DoorCard
      title="Sign in"
      foot={
        installation?.signUp === "open" ? (
          <>
            New here? <Link href="/sign-up">Create an account</Link>
          </>
        ) : (
          "New accounts are made by invitation. Ask an owner or administrator of your organization for a link."
        )
      }
    >
      {next !== null ? <Notice>Sign in to go on to where you were.</Notice> : null}
      {form.problem ? <InlineProblem problem={form.problem} /> : null}
      <form {...form.form} className={styles.form} aria-label="Sign in">
        <TextField {...form.field("email")} label="E-mail address" type="email" autoComplete="username" autoFocus spellCheck={false} />
        <PasswordField {...form.field("password")} label="Password" autoComplete="current-password" />
        <div className={styles.submit}>
          <Button type="submit" variant="primary" wide pending={form.pending}>
            Sign in
          </Button>
        </div>
      </form>
    </DoorCard>
  );
}
