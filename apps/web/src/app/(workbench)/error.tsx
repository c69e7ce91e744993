"use client";

import { toProblem } from "#api/problem.ts";
import { ProblemState } from "#ui/states.tsx";

export default function PageError({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  return <ProblemState problem={toProblem(error)} onRetry={retry} />;
}
