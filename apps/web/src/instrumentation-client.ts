// Runs as soon as the code of a page is there, before anything of it is drawn.
import "#lib/zod-without-eval.ts";
import { askAhead } from "#api/ahead.ts";
import { firstQuestions, leftQuestions, WHO_IS_LOOKING } from "#api/first-questions.ts";
import { isDoor } from "#features/door/paths.ts";
import { leftJustNow } from "#ide/left-behind.ts";
import { forgetFailedCode } from "#lib/forget-failed-code.ts";

forgetFailedCode();

const { pathname } = window.location;
const project = /^\/projects\/([\da-f-]{36})$/.exec(pathname)?.[1];
if (project !== undefined) {
  askAhead(firstQuestions(project));
  if (!leftJustNow(project)) askAhead(leftQuestions(project));
} else if (!isDoor(pathname)) askAhead(WHO_IS_LOOKING);
