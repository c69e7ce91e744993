import type { AppRouter } from "@coder/api/root";
import type { inferRouterInputs } from "@trpc/server";

type Inputs = inferRouterInputs<AppRouter>;

/** A query as data: for asking it before there is a client, also from the page's own HTML. */
export interface Question {
  readonly path: string;
  readonly input: unknown;
}

export function question<Module extends keyof Inputs & string, Name extends keyof Inputs[Module] & string>(module: Module, name: Name, input: Inputs[Module][Name]): Question {
  return { path: `${module}.${name}`, input };
}

/** Where several are answered together, as tRPC's batch link asks. */
export function batchUrl(questions: readonly Question[]): string {
  const inputs = Object.fromEntries(questions.map(({ input }, index) => [index, input]));
  return `/api/trpc/${questions.map(({ path }) => path).join()}?batch=1&input=${encodeURIComponent(JSON.stringify(inputs))}`;
}
