"use client";

import { useSession } from "#features/session/session.tsx";
import { ModelsTab } from "#features/models/models-tab.tsx";
import { useUrlParam } from "#lib/use-url-param.ts";
import { TabbedPage } from "#ui/tabs.tsx";
import { ChangesTab } from "./changes-tab.tsx";
import { OrganizationsTab } from "./organizations-tab.tsx";
import { SettingsTab } from "./settings-tab.tsx";

/** What can be set, what it is set to, by whom, and what that hides. */
export function SettingsPage() {
  const [tab, setTab] = useUrlParam("tab");
  const { may } = useSession();
  const mayModels = may("ai-service.model.read");
  const mayOrganizations = may("user-management.organization.list");
  const shown = tab === "changes" || (tab === "models" && mayModels) || (tab === "organizations" && mayOrganizations) ? tab : "all";
  return (
    <TabbedPage
      title="Settings"
      value={shown}
      onChange={(value) => setTab(value === "all" ? null : value, "push")}
      tabs={[
        { value: "all", label: "All" },
        { value: "changes", label: "Changes" },
        ...(mayOrganizations ? [{ value: "organizations" as const, label: "Organizations" }] : []),
        ...(mayModels ? [{ value: "models" as const, label: "Models" }] : []),
      ]}
    >
      {shown === "all" ? <SettingsTab /> : shown === "models" ? <ModelsTab /> : shown === "organizations" ? <OrganizationsTab /> : <ChangesTab />}
    </TabbedPage>
  );
}
