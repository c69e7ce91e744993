import type { AuditEntry, ListEntriesInput } from "@coder/api/logging";
import type { Member } from "@coder/api/user-management";
import { startOfDay } from "#lib/time.ts";
import { type Filter, type FilterKey, matchesText, valuesOf } from "#ui/table/filter.ts";
import { actionTitle, actorName, OUTCOMES, targetName } from "./words.ts";

type Person = Pick<Member, "userId" | "name" | "email">;

/** What the filter of the audit log understands. */
export function auditFilterKeys(people: readonly Person[], seenActions: Iterable<string>): readonly FilterKey[] {
  const actions = [...new Set(seenActions)].sort();
  const areas = [...new Set(actions.map((action) => `${action.split(".")[0]}.`))];
  return [
    {
      key: "actor",
      description: "Who did it",
      open: true,
      values: [
        { value: "me", description: "You" },
        { value: "system", description: "The product itself" },
        { value: "anonymous", description: "Somebody who was not signed in" },
        ...people.map(({ email, name }) => ({ value: email, description: name })),
      ],
    },
    { key: "action", description: "What was done, or the start of it", open: true, values: [...areas.map((value) => ({ value })), ...actions.map((value) => ({ value, description: actionTitle(value) }))] },
    { key: "outcome", description: "How it ended", values: Object.entries(OUTCOMES).map(([value, { help }]) => ({ value, description: help })) },
    { key: "target", description: "To what kind of thing, or to which", open: true, values: [...new Set(["user", "member", "session", "invitation", "organization", "setting"])].map((value) => ({ value })) },
    { key: "from", description: "Not before a day: 2026-11-23" },
    { key: "until", description: "Not after a day: 2026-11-23" },
  ];
}

export type ServerFilter = Partial<Pick<ListEntriesInput, "actorUserId" | "actionPrefix" | "outcome" | "from" | "until">>;

const OUTCOME_NAMES: readonly AuditEntry["outcome"][] = ["success", "denied", "failure", "unknown"];

function actorIds(filter: Filter, people: readonly Person[], me: Member["userId"]): Member["userId"][] {
  return valuesOf(filter, "actor").flatMap((value) => (value === "me" ? [me] : people.filter(({ email, userId }) => email === value || userId === value).map(({ userId }) => userId)));
}

/** What the server can narrow down by itself: terms that stand alone. The rest is sifted from what it sends. */
export function serverFilter(filter: Filter, people: readonly Person[], me: Member["userId"], timeZone: string | undefined): ServerFilter {
  const single = (key: string) => {
    const values = valuesOf(filter, key);
    return values.length === 1 ? values[0] : undefined;
  };
  const [actor, ...moreActors] = actorIds(filter, people, me);
  const outcome = OUTCOME_NAMES.find((name) => name === single("outcome"));
  const action = single("action");
  const from = startOfDay(single("from") ?? "", timeZone);
  const until = startOfDay(single("until") ?? "", timeZone, 1);
  return {
    ...(actor !== undefined && moreActors.length === 0 && valuesOf(filter, "actor").length === 1 ? { actorUserId: actor } : {}),
    ...(outcome === undefined ? {} : { outcome }),
    ...(action === undefined ? {} : { actionPrefix: action }),
    ...(from === null ? {} : { from }),
    ...(until === null ? {} : { until }),
  };
}

/** Whether an entry is what the filter asks for: one of the values of each key, and all words of the text. */
export function matchesEntry(entry: AuditEntry, filter: Filter, people: readonly Person[], names: ReadonlyMap<string, string>, me: Member["userId"]): boolean {
  const any = (key: string, test: (value: string) => boolean) => {
    const values = valuesOf(filter, key);
    return values.length === 0 || values.some(test);
  };
  const actors = actorIds(filter, people, me);
  return (
    any("actor", (value) => value === entry.actorKind || (entry.actorUserId !== null && actors.includes(entry.actorUserId))) &&
    any("action", (value) => entry.action.startsWith(value)) &&
    any("outcome", (value) => entry.outcome === value) &&
    any("target", (value) => entry.targetType === value || entry.targetId === value) &&
    matchesText(filter.text, actorName(entry, names), entry.action, actionTitle(entry.action), entry.targetType ?? "", targetName(entry, names), entry.targetId ?? "", entry.address, entry.errorCode ?? "")
  );
}

/** Whether anything is sifted here and not by the server, so that an empty page does not mean an empty log. */
export function isSiftedHere(filter: Filter): boolean {
  const repeated = ["actor", "action", "outcome"].some((key) => valuesOf(filter, key).length > 1);
  const kinds = valuesOf(filter, "actor").some((value) => value === "system" || value === "anonymous");
  return filter.text !== "" || repeated || kinds || valuesOf(filter, "target").length > 0;
}
