"use client";

import { createContext, useContext } from "react";
import type { Ide } from "./Ide.ts";
import type { IdeSession } from "./IdeSession.ts";

export const IdeContext = createContext<IdeSession | null>(null);

export function useIde(): Ide {
  return useIdeSession();
}

/** The same with what belongs to the explorer and the frame alone. */
export function useIdeSession(): IdeSession {
  const session = useContext(IdeContext);
  if (!session) throw new Error("Only what stands in an open project knows it");
  return session;
}
