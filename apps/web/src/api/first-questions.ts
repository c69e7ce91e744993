import { question, type Question } from "./question.ts";

/** What every page behind the sign-in asks first. */
export const WHO_IS_LOOKING: readonly Question[] = [question("auth", "currentSession", {}), question("userManagement", "getPreferences", {})];

/** What a project asks before it opens. */
export function firstQuestions(projectId: string): readonly Question[] {
  return [...WHO_IS_LOOKING, question("workspace", "getProject", { id: projectId })];
}

/** How a project was left, and what was not saved. Not to be asked while the page before may be telling that to the server. */
export function leftQuestions(projectId: string): readonly Question[] {
  return [question("workspace", "getLayout", { projectId }), question("workspace", "listBuffers", { projectId })];
}
