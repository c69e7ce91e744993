// Runs as soon as the code of a page is there, before anything of it is drawn.
import "#lib/zod-without-eval.ts";
import { askAhead } from "#api/ahead.ts";
import { firstQuestions, WHO_IS_LOOKING } from "#api/first-questions.ts";
import { isDoor } from "#features/door/paths.ts";

const { pathname } = window.location;
const project = /^\/projects\/([\da-f-]{36})$/.exec(pathname)?.[1];
if (project !== undefined) askAhead(firstQuestions(project));
else if (!isDoor(pathname)) askAhead(WHO_IS_LOOKING);
