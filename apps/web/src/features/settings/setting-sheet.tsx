"use client";

import type { Setting, SettingChange, SettingOrigin } from "./types.ts";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Loaded } from "#api/loaded.tsx";
import { type Problem, toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { useNames } from "#features/people/use-people.ts";
import { useSession } from "#features/session/session.tsx";
import { Button } from "#ui/button.tsx";
import { ChangeList, JsonBlock, plainValue } from "#ui/json.tsx";
import { Fact, Facts, Sheet, SheetSection } from "#ui/sheet.tsx";
import { Skeleton } from "#ui/skeleton.tsx";
import { InlineProblem } from "#ui/states.tsx";
import textStyles from "#ui/text.module.css";
import { CopyableId, Time } from "#ui/values.tsx";
import styles from "./settings.module.css";
import { SourceBadge, whereText } from "./sources.tsx";
import { useSettingActions } from "./use-settings.ts";

export function SettingSheet({ setting, onClose }: { readonly setting: Setting; readonly onClose: () => void }) {
  const { may } = useSession();
  const actions = useSettingActions();
  const [problem, setProblem] = useState<Problem | null>(null);
  const writable = setting.settable && may("configuration-service.setting.write");
  const attempt = async (work: () => Promise<void>) => {
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(toProblem(error));
    }
  };
  return (
    <Sheet title={setting.key} name="setting" onClose={onClose}>
      {problem ? <InlineProblem problem={problem} /> : null}
      <Facts>
        <Fact name="Key">
          <CopyableId value={setting.key} what="the key" />
        </Fact>
        <Fact name="Variable">
          <CopyableId value={setting.environment} what="the variable's name" />
        </Fact>
        <Fact name="Takes effect">{setting.restart || !setting.settable ? "with the next start" : "at once"}</Fact>
      </Facts>
      <SheetSection title="Where the value comes from">
        <ol className={styles.tiers}>
          <Tier origin={setting} secret={setting.secret} wins />
          {setting.hides.map((origin) => (
            <Tier key={`${origin.source} ${origin.where}`} origin={origin} secret={setting.secret} />
          ))}
        </ol>
        {setting.pending ? (
          <p className={textStyles.dim}>
            With the next start: <code>{setting.secret ? "not shown" : plainValue(setting.pending.value)}</code> from {whereText(setting.pending)}.
          </p>
        ) : null}
        {writable && setting.version !== null ? (
          <div>
            <Button icon="discard" onClick={() => void attempt(() => actions.reset(setting))}>
              Take away what is set here
            </Button>
          </div>
        ) : null}
      </SheetSection>
      <SheetSection title="History">
        <History setting={setting} onRollBack={writable ? (change) => void attempt(() => actions.rollBack(setting, change.id)) : null} />
      </SheetSection>
      <SheetSection title="What it takes">
        <JsonBlock value={setting.schema} label="JSON Schema of the value" />
      </SheetSection>
    </Sheet>
  );
}

function Tier({ origin, secret, wins = false }: { readonly origin: Pick<SettingOrigin, "source" | "where" | "value">; readonly secret: boolean; readonly wins?: boolean }) {
  return (
    <li className={styles.tier} data-wins={wins}>
      <SourceBadge origin={origin} />
      <code className={styles.tierValue}>{secret ? (origin.value === null ? "not set" : "not shown") : plainValue(origin.value)}</code>
      <span className={styles.tierNote}>{wins ? "in use" : "hidden"}</span>
      <span className={styles.tierWhere}>{whereText(origin)}</span>
    </li>
  );
}

const ACTIONS: Record<SettingChange["action"], string> = { set: "set", reset: "took away", roll_back: "went back" };

function History({ setting, onRollBack }: { readonly setting: Setting; readonly onRollBack: ((change: SettingChange) => void) | null }) {
  const trpc = useTRPC();
  const names = useNames();
  const query = useQuery(trpc.configurationService.listChanges.queryOptions({ key: setting.key, limit: 20 }));
  return (
    <Loaded query={query} what="the history" skeleton={<Skeleton width={220} />}>
      {({ items, nextCursor }) =>
        items.length === 0 ? (
          <p className={textStyles.dim}>It was never changed here.</p>
        ) : (
          <ol className={styles.history}>
            {items.map((change) => (
              <li key={change.id} className={styles.historyItem}>
                <div className={styles.historyHead}>
                  <span>
                    {change.changedBy === null ? "The product itself" : (names.get(change.changedBy) ?? "Somebody")} {ACTIONS[change.action]} <Time at={change.changedAt} />
                  </span>
                  {onRollBack ? (
                    <Button variant="quiet" icon="discard" onClick={() => onRollBack(change)}>
                      Undo this
                    </Button>
                  ) : null}
                </div>
                <ChangeList changes={{ value: { from: change.from?.value ?? null, to: change.to?.value ?? null } }} />
              </li>
            ))}
            {nextCursor === null ? null : <li className={textStyles.dim}>Older changes are on the tab Changes.</li>}
          </ol>
        )
      }
    </Loaded>
  );
}
