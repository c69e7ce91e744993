"use client";

import { Tabs } from "radix-ui";
import { useStore } from "#lib/store.ts";
import { CommandIconButton } from "#commands/command-controls.tsx";
import tabs from "#ui/tabs.module.css";
import { count as formatCount } from "#lib/time.ts";
import { useIde } from "../ide-context.ts";
import type { IdePanel } from "../views.ts";
import { BadgeOf } from "./badge-of.tsx";
import { usePanels } from "./use-panels.ts";
import styles from "./frame.module.css";
import { ViewBoundary } from "./view-boundary.tsx";

/** The panel below the editors, one of its tabs at a time. */
export function PanelArea() {
  const { frame } = useIde();
  const panels = usePanels();
  const wanted = useStore(frame).panel.panel;
  const shown = panels.find(({ id }) => id === wanted) ?? panels[0];
  if (!shown) return null;
  const { id, title, component: View, actions: Actions } = shown;
  return (
    <Tabs.Root className={styles.panel} value={id} onValueChange={(next) => frame.showPanel(next)} data-region="panel" data-view={id} data-scope={id} asChild>
      <section aria-label={title}>
        <header className={styles.panelHeader}>
          <Tabs.List className={tabs.list} aria-label="Panel">
            {panels.map((panel) => (
              <PanelTab key={panel.id} panel={panel} />
            ))}
          </Tabs.List>
          <div className={styles.viewActions}>
            {Actions ? (
              <ViewBoundary key={id} quiet>
                <Actions />
              </ViewBoundary>
            ) : null}
            <CommandIconButton command="view.togglePanel" icon="close" />
          </div>
        </header>
        <Tabs.Content className={styles.panelBody} value={id} tabIndex={-1}>
          <ViewBoundary key={id}>
            <View />
          </ViewBoundary>
        </Tabs.Content>
      </section>
    </Tabs.Root>
  );
}

function PanelTab({ panel }: { readonly panel: IdePanel }) {
  return (
    <Tabs.Trigger value={panel.id} className={tabs.tab}>
      <span className={tabs.tabText}>{panel.title}</span>
      <BadgeOf id={panel.id} render={(badge) =>
          badge && badge.count > 0 ? (
            <span className={tabs.count}>
              <span className="visually-hidden">{badge.label}</span>
              <span aria-hidden="true">{formatCount(badge.count)}</span>
            </span>
          ) : null
        } />
    </Tabs.Trigger>
  );
}
