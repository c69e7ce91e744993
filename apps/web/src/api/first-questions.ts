import { question, type Question } from "./question.ts";

/** What every page behind the sign-in asks first. */
export const WHO_IS_LOOKING: readonly Question[] = [question("auth", "currentSession", {}), question("userManagement", "getPreferences", {})];

/** What a project asks before it opens. Not how it was left nor what was not saved: the page before may be telling that to the server at this moment. */
export function firstQuestions(projectId: string): readonly Question[] {
  return [...WHO_IS_LOOKING, question("workspace", "getProject", { id: projectId })];
}
