"use client";

import { type Preferences, THEMES } from "@coder/api/user-management";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Loaded } from "#api/loaded.tsx";
import { toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { THEME_NAMES, themeOf } from "#features/theme/theme.ts";
import { useRememberTheme } from "#features/theme/use-remember-theme.ts";
import { useTheme } from "#features/theme/use-theme.ts";
import { SelectField } from "#ui/field.tsx";
import { Section } from "#ui/page.tsx";
import { Skeleton } from "#ui/skeleton.tsx";
import { toast } from "#ui/toast.tsx";
import styles from "./profile.module.css";

export function PreferencesSection() {
  const trpc = useTRPC();
  const query = useQuery(trpc.userManagement.getPreferences.queryOptions({}));
  return (
    <Section title="Preferences" description="They follow you to every browser you sign in with.">
      <Loaded query={query} what="your preferences" skeleton={<Skeleton width="100%" height={120} />}>
        {(preferences) => <Fields preferences={preferences} />}
      </Loaded>
    </Section>
  );
}

function Fields({ preferences }: { readonly preferences: Preferences }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const theme = useTheme();
  const rememberTheme = useRememberTheme();
  const key = trpc.userManagement.getPreferences.queryKey({});
  const { mutate } = useMutation(
    trpc.userManagement.updatePreferences.mutationOptions({
      onMutate: (change) => queryClient.setQueryData(key, { ...preferences, ...("timeZone" in change ? { timeZone: change.timeZone ?? null } : {}) }),
      onError: (error) => {
        queryClient.setQueryData(key, preferences);
        const { message, remedy } = toProblem(error);
        toast({ kind: "error", title: message, detail: remedy });
      },
    }),
  );
  const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = Intl.supportedValuesOf("timeZone");
  return (
    <div className={styles.form}>
      <SelectField label="Theme" help="Takes effect at once." value={theme} options={THEMES.map((value) => ({ value, label: THEME_NAMES[value] }))} onChange={(event) => rememberTheme(themeOf(event.target.value))} />
      <SelectField
        label="Time zone"
        help="In which times are shown."
        value={preferences.timeZone ?? ""}
        options={[{ value: "", label: `Follow the browser (${browserZone})` }, ...zones.map((value) => ({ value, label: value }))]}
        onChange={(event) => mutate({ timeZone: event.target.value === "" ? null : event.target.value })}
      />
    </div>
  );
}
