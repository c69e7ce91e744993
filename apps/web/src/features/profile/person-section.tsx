"use client";

import { PersonNameSchema, type Profile } from "@coder/api/user-management";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { z } from "zod";
import { Loaded } from "#api/loaded.tsx";
import { type Problem, toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { Button } from "#ui/button.tsx";
import { TextField } from "#ui/field.tsx";
import { Section } from "#ui/page.tsx";
import { Skeleton } from "#ui/skeleton.tsx";
import { InlineProblem } from "#ui/states.tsx";
import { toast } from "#ui/toast.tsx";
import { useForm } from "#ui/use-form.ts";
import { Avatar } from "#ui/values.tsx";
import { pictureFrom } from "./picture.ts";
import styles from "./profile.module.css";

const PersonFormSchema = z.object({ name: PersonNameSchema });

export function PersonSection() {
  const trpc = useTRPC();
  const query = useQuery(trpc.userManagement.getProfile.queryOptions({}));
  return (
    <Section title="You" description="Others in your organizations see your name, address and picture.">
      <Loaded query={query} what="your profile" skeleton={<Skeleton width="100%" height={120} />}>
        {(profile) => (
          <>
            <Picture profile={profile} />
            <PersonForm key={profile.version} profile={profile} />
          </>
        )}
      </Loaded>
    </Section>
  );
}

function useUpdateProfile() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const update = useMutation(trpc.userManagement.updateProfile.mutationOptions());
  return async (change: Parameters<typeof update.mutateAsync>[0]) => {
    const updated = await update.mutateAsync(change);
    queryClient.setQueryData(trpc.userManagement.getProfile.queryKey({}), updated);
    await Promise.all([queryClient.invalidateQueries(trpc.auth.currentSession.queryFilter()), queryClient.invalidateQueries({ queryKey: ["people"] })]);
    return updated;
  };
}

function PersonForm({ profile }: { readonly profile: Profile }) {
  const update = useUpdateProfile();
  const form = useForm({
    schema: PersonFormSchema,
    initial: { name: profile.name },
    draft: "profile",
    submit: async ({ name }) => {
      const updated = await update({ name, version: profile.version });
      const undo = () => void update({ name: profile.name, version: updated.version });
      toast({ kind: "success", title: `You are now ${updated.name}`, action: { label: "Undo", run: undo } });
    },
  });
  return (
    <form {...form.form} className={styles.form} aria-label="You">
      {form.problem ? <InlineProblem problem={form.problem} /> : null}
      <TextField {...form.field("name")} label="Name" autoComplete="name" />
      <TextField label="E-mail address" value={profile.email} readOnly help="You sign in with it. It cannot be changed here yet." />
      <div className={styles.row}>
        <Button type="submit" variant="primary" pending={form.pending} disabled={!form.changed}>
          Save
        </Button>
        {form.changed ? (
          <Button variant="quiet" onClick={form.reset}>
            Discard
          </Button>
        ) : null}
      </div>
    </form>
  );
}

function Picture({ profile }: { readonly profile: Profile }) {
  const update = useUpdateProfile();
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [unreadable, setUnreadable] = useState(false);
  const change = async (image: string | null) => {
    setProblem(null);
    try {
      await update({ image, version: profile.version });
    } catch (error) {
      setProblem(toProblem(error));
    }
  };
  const choose = async (file: File | undefined) => {
    if (!file) return;
    const image = await pictureFrom(file);
    setUnreadable(image === null);
    if (image !== null) await change(image);
  };
  return (
    <div className={styles.picture}>
      <Avatar name={profile.name} image={profile.image} size={48} />
      <input
        ref={input}
        type="file"
        accept="image/png,image/jpeg,image/webp,image/gif"
        className="visually-hidden"
        tabIndex={-1}
        aria-label="Picture"
        onChange={(event) => {
          void choose(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <Button onClick={() => input.current?.click()}>Choose a picture</Button>
      {profile.image === null ? null : (
        <Button variant="quiet" onClick={() => void change(null)}>
          Remove
        </Button>
      )}
      {unreadable ? (
        <p role="alert" className={styles.error}>
          This file is no picture that the browser can read. Choose a PNG, JPEG, WebP or GIF.
        </p>
      ) : null}
      {problem ? <InlineProblem problem={problem} /> : null}
    </div>
  );
}
