"use client";

import { useSession } from "#features/session/session.tsx";
import { IDE_PANELS, type IdePanel } from "../views.ts";

/** The panels that this person may see. */
export function usePanels(): readonly IdePanel[] {
  const { may } = useSession();
  return IDE_PANELS.filter(({ permission }) => may(permission));
}
