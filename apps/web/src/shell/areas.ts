import { configurationServicePermissions } from "@coder/api/configuration-service";
import { dashboardPermissions } from "@coder/api/dashboard";
import { loggingPermissions } from "@coder/api/logging";
import { userManagementPermissions } from "@coder/api/user-management";
import { workspacePermissions } from "@coder/api/workspace";
import type { IconName } from "#ui/icon.tsx";

/** One area of the product: an entry of the activity bar, a command, a page. */
export interface Area {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  readonly icon: IconName;
  readonly keys: string;
  /** Holding one of these shows it; empty for everybody. */
  readonly permissions: readonly string[];
}

function known<Catalogue extends object>(_catalogue: Catalogue, permission: keyof Catalogue & string): string {
  return permission;
}

export const AREAS: readonly Area[] = [
  { id: "home", title: "Home", path: "/", icon: "home", keys: "g h", permissions: [] },
  { id: "projects", title: "Projects", path: "/projects", icon: "repo", keys: "g r", permissions: [known(workspacePermissions, "workspace.project.read")] },
  { id: "jobs", title: "Jobs", path: "/jobs", icon: "tasklist", keys: "g j", permissions: [known(dashboardPermissions, "dashboard.own-job.read")] },
  { id: "people", title: "People", path: "/people", icon: "organization", keys: "g p", permissions: [known(userManagementPermissions, "user-management.member.read")] },
  {
    id: "audit",
    title: "Audit log",
    path: "/audit",
    icon: "history",
    keys: "g a",
    permissions: [known(loggingPermissions, "logging.entry.read"), known(loggingPermissions, "logging.installation.read")],
  },
  { id: "settings", title: "Settings", path: "/settings", icon: "settings-gear", keys: "g s", permissions: [known(configurationServicePermissions, "configuration-service.setting.read")] },
  { id: "health", title: "Health", path: "/system/health", icon: "pulse", keys: "g e", permissions: ["kernel.health.read"] },
];

/** The area a path belongs to. */
export function areaOf(path: string): Area | undefined {
  return AREAS.find((area) => (area.path === "/" ? path === "/" : path === area.path || path.startsWith(`${area.path}/`)));
}
