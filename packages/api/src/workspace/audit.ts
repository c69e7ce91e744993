import { auditFacts } from "@coder/shared";
import { ExportArchiveInputSchema, ProjectSchema } from "./project-schemas.ts";

/** Which project it was done to, and what it is called. */
export const describeProject = auditFacts("project", "id", ProjectSchema, ["name"]);
/** Also where its files come from. */
export const describeImport = auditFacts("project", "id", ProjectSchema, ["name", "source"]);
/** Which project left, and as what it was asked for. */
export const describeExport = auditFacts("project", "projectId", ExportArchiveInputSchema);
