"use client";

import { usePathname } from "next/navigation";
import { type ReactNode, useCallback, useEffect, useRef } from "react";
import { ApiProvider } from "#api/trpc.tsx";
import { CommandProvider } from "#commands/registry.tsx";
import { isDoor, signInPath } from "#features/door/paths.ts";
import { leave } from "#features/session/leave.ts";
import { Toasts } from "#ui/toast.tsx";
import { TooltipProvider } from "#ui/tooltip.tsx";

/** What every page stands in. */
export function Providers({ children }: { readonly children: ReactNode }) {
  const path = usePathname();
  const current = useRef(path);
  useEffect(() => {
    current.current = path;
  }, [path]);
  const onSignedOut = useCallback(() => {
    if (!isDoor(current.current)) leave(signInPath(window.location));
  }, []);
  return (
    <ApiProvider onSignedOut={onSignedOut}>
      <CommandProvider>
        <TooltipProvider>
          {children}
          <Toasts />
        </TooltipProvider>
      </CommandProvider>
    </ApiProvider>
  );
}
