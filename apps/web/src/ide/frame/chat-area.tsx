"use client";

import type { aiServicePermissions } from "@coder/api/ai-service";
import { useSession } from "#features/session/session.tsx";
import { later } from "#lib/later.ts";
import { ViewBoundary } from "./view-boundary.tsx";

const PERMISSION = "ai-service.conversation.use" satisfies keyof typeof aiServicePermissions;
export const CHAT_KEYS = "mod+alt+b";
export const ChatBar = later(async () => (await import("../chat/chat-bar.tsx")).ChatBar);

export function useMayChat(): boolean {
  return useSession().may(PERMISSION);
}

/** The secondary side bar. */
export function ChatArea() {
  return (
    <ViewBoundary>
      <ChatBar />
    </ViewBoundary>
  );
}
