import type { Project } from "@coder/api/workspace";

/** What each way of importing is given. */
export interface ImportFormProps {
  readonly onStarted: (project: Project) => void;
  readonly onCancel: () => void;
}
