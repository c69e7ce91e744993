import type { configurationServicePermissions } from "@coder/api/configuration-service";
import type { dashboardPermissions } from "@coder/api/dashboard";
import type { loggingPermissions } from "@coder/api/logging";
import type { userManagementPermissions } from "@coder/api/user-management";
import type { workspacePermissions } from "@coder/api/workspace";
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

export const AREAS: readonly Area[] = [
  { id: "home", title: "Home", path: "/", icon: "home", keys: "g h", permissions: [] },
  { id: "projects", title: "Projects", path: "/projects", icon: "repo", keys: "g r", permissions: ["workspace.project.read" satisfies keyof typeof workspacePermissions] },
  { id: "jobs", title: "Jobs", path: "/jobs", icon: "tasklist", keys: "g j", permissions: ["dashboard.own-job.read" satisfies keyof typeof dashboardPermissions] },
  { id: "people", title: "People", path: "/people", icon: "organization", keys: "g p", permissions: ["user-management.member.read" satisfies keyof typeof userManagementPermissions] },
  {
    id: "audit",
    title: "Audit log",
    path: "/audit",
    icon: "history",
    keys: "g a",
    permissions: ["logging.entry.read" satisfies keyof typeof loggingPermissions, "logging.installation.read" satisfies keyof typeof loggingPermissions],
  },
  { id: "settings", title: "Settings", path: "/settings", icon: "settings-gear", keys: "g s", permissions: ["configuration-service.setting.read" satisfies keyof typeof configurationServicePermissions] },
  { id: "health", title: "Health", path: "/system/health", icon: "pulse", keys: "g e", permissions: ["kernel.health.read"] },
];

/** The area a path belongs to. */
export function areaOf(path: string): Area | undefined {
  return AREAS.find((area) => (area.path === "/" ? path === "/" : path === area.path || path.startsWith(`${area.path}/`)));
}
