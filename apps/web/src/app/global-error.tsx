"use client";

import "#styles/themes.css";
import "#styles/tokens.css";
import "#styles/base.css";
import { toProblem } from "#api/problem.ts";
import { ProblemState } from "#ui/states.tsx";

/** The last resort: the frame around all pages failed, so it brings its own document. */
export default function GlobalError({ error }: { readonly error: unknown }) {
  return (
    <html lang="en" data-theme="system">
      <body>
        <title>Coder IDE</title>
        <ProblemState problem={toProblem(error)} onRetry={() => window.location.reload()} />
      </body>
    </html>
  );
}
