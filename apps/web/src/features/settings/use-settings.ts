"use client";

import type { Setting } from "./types.ts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { allPages } from "#api/all-pages.ts";
import { toProblem } from "#api/problem.ts";
import { useTRPC, useTRPCClient } from "#api/trpc.tsx";
import { toast } from "#ui/toast.tsx";

const SETTINGS = ["settings", "all"] as const;
const PAGE = 200;
const REFRESH_MS = 30_000;

/** Every setting there is. Their number is what the modules declare, so they are read whole. */
export function useSettings() {
  const client = useTRPCClient();
  return useQuery({
    queryKey: SETTINGS,
    queryFn: ({ signal }) => allPages<Setting>((cursor) => client.configurationService.listSettings.query({ limit: PAGE, ...cursor }, { signal })),
    refetchInterval: REFRESH_MS,
  });
}

/** Changing settings, each change with its way back. A setting that somebody else changed meanwhile is not overwritten. */
export function useSettingActions() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const set = useMutation(trpc.configurationService.setSetting.mutationOptions());
  const reset = useMutation(trpc.configurationService.resetSetting.mutationOptions());
  const rollBack = useMutation(trpc.configurationService.rollBackChange.mutationOptions());

  const refresh = () => Promise.all([queryClient.invalidateQueries({ queryKey: ["settings"] }), queryClient.invalidateQueries(trpc.configurationService.listChanges.queryFilter())]);
  const show = (setting: Setting | null) => {
    if (setting) queryClient.setQueryData<Setting[]>(SETTINGS, (all) => all?.map((other) => (other.key === setting.key ? setting : other)));
  };
  const announce = (title: string, changeId: string, setting: Setting | null) => {
    const undo = async () => {
      try {
        show((await rollBack.mutateAsync({ id: changeId, version: setting?.version ?? null })).setting);
        toast({ kind: "success", title: "Taken back" });
      } catch (error) {
        const { message, remedy } = toProblem(error);
        toast({ kind: "error", title: message, detail: remedy });
      } finally {
        void refresh();
      }
    };
    const detail = setting?.pending ? "It takes effect with the next start." : undefined;
    toast({ kind: "success", title, ...(detail ? { detail } : {}), action: { label: "Undo", run: () => void undo() } });
  };

  return {
    set: async (setting: Setting, value: unknown) => {
      try {
        const changed = await set.mutateAsync({ key: setting.key, value, version: setting.version });
        show(changed.setting);
        announce(`${setting.key} was changed`, changed.change.id, changed.setting);
      } finally {
        void refresh();
      }
    },
    reset: async (setting: Setting) => {
      if (setting.version === null) return;
      try {
        const changed = await reset.mutateAsync({ key: setting.key, version: setting.version });
        show(changed.setting);
        announce(`${setting.key} is back to what stands below it`, changed.change.id, changed.setting);
      } finally {
        void refresh();
      }
    },
    rollBack: async (setting: Setting, changeId: string) => {
      try {
        const changed = await rollBack.mutateAsync({ id: changeId, version: setting.version });
        show(changed.setting);
        announce(`${setting.key} is what it was before that change`, changed.change.id, changed.setting);
      } finally {
        void refresh();
      }
    },
  };
}
