import type { AuditEntry } from "@coder/api/logging";
import { asTitle, inWords } from "#lib/words.ts";
import type { Tone } from "#ui/badge.tsx";
import type { IconName } from "#ui/icon.tsx";

export const OUTCOMES: Record<AuditEntry["outcome"], { readonly tone: Tone; readonly icon: IconName; readonly text: string; readonly help: string }> = {
  success: { tone: "success", icon: "pass", text: "Done", help: "It was done" },
  denied: { tone: "warning", icon: "circle-slash", text: "Denied", help: "It was refused for lack of permission" },
  failure: { tone: "error", icon: "error", text: "Failed", help: "It was tried and failed" },
  unknown: { tone: "idle", icon: "question", text: "Unknown", help: "The process ended in the middle; whether it took effect was not seen" },
};

/** `userManagement.changeMemberRole` → "Change member role". */
export function actionTitle(action: string): string {
  return asTitle(action.split(".").at(-1) ?? action);
}

/** The part of the product an action belongs to: `userManagement` → "user management". */
export function actionArea(action: string): string {
  return inWords(action.split(".")[0] ?? "");
}

/** Who did it, as far as a name is known. */
export function actorName(entry: Pick<AuditEntry, "actorKind" | "actorUserId" | "actorComponent">, names: ReadonlyMap<string, string>): string {
  if (entry.actorUserId !== null) return names.get(entry.actorUserId) ?? entry.actorUserId;
  return entry.actorKind === "system" ? (entry.actorComponent ?? "The product itself") : "Somebody not signed in";
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An id nobody can read, cut to the part that tells it from its neighbours. */
export function shortTarget(target: string): string {
  return UUID.test(target) ? `…${target.slice(-8)}` : target;
}

/** To what it was done, in words where they are known. */
export function targetName({ targetType, targetId, actorUserId }: Pick<AuditEntry, "targetType" | "targetId" | "actorUserId">, names: ReadonlyMap<string, string>): string {
  if (targetId === null) return "";
  // A session has no name; whose it is says more than its id.
  const owner = targetType === "session" && actorUserId !== null ? names.get(actorUserId) : undefined;
  return names.get(targetId) ?? owner ?? targetId;
}

const NAMED_BY = ["title", "command", "name"] as const;

/** What entries themselves say that things are called: the one that made a thing names it in all others. The newest comes first, and its name counts. */
export function namesIn(entries: readonly Pick<AuditEntry, "targetId" | "details">[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { targetId, details } of entries) {
    const name = NAMED_BY.map((key) => details[key]).find((value) => typeof value === "string" && value !== "");
    if (targetId !== null && typeof name === "string" && !names.has(targetId)) names.set(targetId, name);
  }
  return names;
}
