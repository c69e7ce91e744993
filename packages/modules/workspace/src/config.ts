import type { OrganizationId } from "@coder/shared";
import { organizationSettings, settingsFor } from "@coder/shared/server";
import { z } from "zod";

const count = z.coerce.number<number>().int().min(1);
const bytes = z.coerce.number<number>().int().min(1);
const days = z.coerce.number<number>().int().min(0).max(36_500);
const quota = {
  projects: count.meta({ description: "Projects one organization may have, those in the trash included" }),
  bytes: bytes.meta({ description: "Bytes that the projects of one organization may take" }),
  files: count.meta({ description: "Files that the projects of one organization may hold" }),
};
const retention = {
  deletedProjectDays: days.meta({ description: "Days a deleted project stays in the trash; 0 keeps it until somebody removes it" }),
  trashDays: days.meta({ description: "Days deleted files of a project can be restored; 0 keeps them until somebody removes them" }),
};

export const WorkspaceConfigSchema = z.strictObject({
  quota: z.strictObject(quota),
  import: z.strictObject({
    maxArchiveBytes: bytes.meta({ description: "Largest archive that can be uploaded" }),
    maxUnpackedBytes: bytes.meta({ description: "Most bytes an import may take when it is unpacked" }),
    maxEntries: count.meta({ description: "Most files and folders of one import" }),
    maxEntryBytes: bytes.meta({ description: "Largest single file of an import" }),
    maxRatio: count.meta({ description: "How many times its compressed size an archive, or a file in it, may unpack to" }),
    folderRoots: z.array(z.string()).meta({ settable: false, description: "Folders of the server below which people who run the installation may import; none when empty" }),
    allowedPrivateHosts: z.array(z.string()).meta({ settable: false, description: "Host names from which git may be imported although their address is private" }),
  }),
  retention: z.strictObject(retention),
  organizations: organizationSettings({ ...quota, ...retention }).meta({ merge: true, description: "Quota and retention of files for single organizations, where they differ: by the organization's id" }),
  files: z.strictObject({
    maxOpenBytes: bytes.meta({ description: "Largest file that can be opened and saved in the editor" }),
  }),
});
export type WorkspaceConfig = z.output<typeof WorkspaceConfigSchema>;

/** How much the projects of one organization may take. */
export function quotaOf({ quota: everybodys, organizations }: WorkspaceConfig, organizationId: OrganizationId): WorkspaceConfig["quota"] {
  return settingsFor(everybodys, organizations, organizationId);
}

/** How long what one organization deleted can be restored. */
export function retentionOf({ retention: everybodys, organizations }: WorkspaceConfig, organizationId: OrganizationId): WorkspaceConfig["retention"] {
  return settingsFor(everybodys, organizations, organizationId);
}
