"use client";

import type { AuditEntry } from "@coder/api/logging";
import { useQuery } from "@tanstack/react-query";
import { z } from "zod";
import { Loaded } from "#api/loaded.tsx";
import { useTRPC } from "#api/trpc.tsx";
import { copyText } from "#lib/clipboard.ts";
import { Status } from "#ui/badge.tsx";
import { Button } from "#ui/button.tsx";
import { Fact, Facts, Sheet, SheetSection } from "#ui/sheet.tsx";
import { Skeleton } from "#ui/skeleton.tsx";
import { toast } from "#ui/toast.tsx";
import { ChangeList, JsonBlock } from "#ui/json.tsx";
import textStyles from "#ui/text.module.css";
import { CopyableId, ExactTime, Time } from "#ui/values.tsx";
import { actionTitle, actorName, OUTCOMES, targetName } from "./words.ts";

interface AuditSheetProps {
  readonly id: string;
  /** The entry where the list has it already; it is asked for otherwise, so that a shared link works. */
  readonly known: AuditEntry | undefined;
  readonly names: ReadonlyMap<string, string>;
  readonly onClose: () => void;
}

export function AuditSheet({ id, known, names, onClose }: AuditSheetProps) {
  const trpc = useTRPC();
  const asked = useQuery(trpc.logging.getEntry.queryOptions({ id }, { enabled: known === undefined, retry: false }));
  const query = known === undefined ? asked : { data: known, error: null, fetchStatus: "idle" as const, refetch: () => undefined };
  return (
    <Sheet title={query.data ? actionTitle(query.data.action) : "Audit entry"} name="audit" onClose={onClose}>
      <Loaded query={query} what="the entry" skeleton={<Skeleton width={260} />}>
        {(entry) => <Entry entry={entry} names={names} />}
      </Loaded>
    </Sheet>
  );
}

const ChangesSchema = z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() }));

function Entry({ entry, names }: { readonly entry: AuditEntry; readonly names: ReadonlyMap<string, string> }) {
  const { changes: rawChanges, ...withoutChanges } = entry.details;
  const changes = ChangesSchema.safeParse(rawChanges).data;
  const details = changes ? withoutChanges : entry.details;
  const outcome = OUTCOMES[entry.outcome];
  const took = Date.parse(entry.completedAt) - Date.parse(entry.startedAt);
  const copy = async () => {
    await copyText(JSON.stringify(entry, null, 2));
    toast({ title: "Entry copied as JSON" });
  };
  return (
    <>
      <Facts>
        <Fact name="Outcome">
          <Status tone={outcome.tone} icon={outcome.icon}>
            {outcome.help}
          </Status>
          {entry.errorCode === null ? null : <div className={textStyles.mono}>{entry.errorCode}</div>}
        </Fact>
        <Fact name="When">
          <Time at={entry.completedAt} />
          <div className={textStyles.dim12}>
            <ExactTime at={entry.completedAt} />
            {took > 0 ? `, took ${took} ms` : ""}
          </div>
        </Fact>
        <Fact name="Actor">
          {actorName(entry, names)}
          {entry.actorUserId === null ? null : (
            <div>
              <CopyableId value={entry.actorUserId} what="the actor's id" />
            </div>
          )}
        </Fact>
        <Fact name="Action">
          <span className={textStyles.mono}>{entry.action}</span>
        </Fact>
        {entry.targetType === null ? null : (
          <Fact name={`Target: ${entry.targetType}`}>
            {targetName(entry, names) === entry.targetId ? null : <div>{targetName(entry, names)}</div>}
            {entry.targetId === null ? null : <CopyableId value={entry.targetId} what="the target's id" />}
          </Fact>
        )}
        <Fact name="From">
          <span className={textStyles.mono}>{entry.address}</span>
          <div className={textStyles.dim12}>{entry.userAgent}</div>
        </Fact>
      </Facts>
      {changes && Object.keys(changes).length > 0 ? (
        <SheetSection title="What changed">
          <ChangeList changes={changes} />
        </SheetSection>
      ) : null}
      {Object.keys(details).length > 0 ? (
        <SheetSection title="Details">
          <JsonBlock value={details} label="Details of the entry" />
        </SheetSection>
      ) : null}
      <SheetSection title="Proof">
        <Facts>
          <Fact name="Sequence">
            <span className={textStyles.mono}>{entry.sequence}</span>
          </Fact>
          <Fact name="Hash">
            <CopyableId value={entry.hash} what="the hash" />
          </Fact>
          <Fact name="Hash before">
            <CopyableId value={entry.previousHash} what="the hash before" />
          </Fact>
          <Fact name="Trace">
            <CopyableId value={entry.traceId} what="the trace id" />
          </Fact>
          <Fact name="Entry">
            <CopyableId value={entry.id} />
          </Fact>
        </Facts>
      </SheetSection>
      <div>
        <Button icon="copy" onClick={() => void copy()}>
          Copy as JSON
        </Button>
      </div>
    </>
  );
}
