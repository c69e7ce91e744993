import type { OrganizationId } from "@coder/shared";
import { retentionOf, type WorkspaceConfig } from "../config.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Before which time something must have been deleted to go by itself. Null: nothing goes. */
export interface Cutoffs {
  /** For whoever keeps it shortest: what was deleted later is nobody's to look at. */
  readonly latest: string | null;
  of(organizationId: OrganizationId): string | null;
}

export function cutoffsOf(config: WorkspaceConfig, kind: keyof WorkspaceConfig["retention"], now: Date): Cutoffs {
  const before = (days: number) => (days === 0 ? null : new Date(now.getTime() - days * DAY_MS).toISOString());
  const days = [config.retention[kind], ...Object.values(config.organizations).flatMap((own) => own[kind] ?? [])];
  return {
    latest: days.flatMap((each) => before(each) ?? []).sort().at(-1) ?? null,
    of: (organizationId) => before(retentionOf(config, organizationId)[kind]),
  };
}
