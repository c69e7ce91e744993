import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { SESSION_HINT_COOKIE } from "#features/session/session-hint.ts";
import { Workbench } from "#shell/workbench.tsx";
import product from "../../../package.json" with { type: "json" };

export default async function WorkbenchLayout({ children }: { readonly children: ReactNode }) {
  const expectSession = (await cookies()).has(SESSION_HINT_COOKIE);
  return (
    <Workbench version={product.version} expectSession={expectSession}>
      {children}
    </Workbench>
  );
}
