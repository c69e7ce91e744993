import type { ProjectId } from "@coder/api/workspace";
import type { Caller, OrganizationId } from "@coder/shared";
import type { ChangeRows } from "./store/ChangeRows.ts";
import type { IChangeTexts } from "./store/ChangeTexts.ts";

/** Removes what is known of projects that are gone. */
export class Forgetting {
  readonly #deps: { readonly rows: ChangeRows; readonly texts: IChangeTexts };

  constructor(deps: { readonly rows: ChangeRows; readonly texts: IChangeTexts }) {
    this.#deps = deps;
  }

  async projectPurged(caller: Caller, { organizationId, projectId }: { readonly organizationId: OrganizationId; readonly projectId: ProjectId }): Promise<void> {
    const { rows, texts } = this.#deps;
    await rows.comments(caller).deleteMany({ projectId });
    await rows.files(caller).deleteMany({ projectId });
    await rows.sets(caller).deleteMany({ projectId });
    await texts.removeProject({ organizationId, projectId });
  }
}
