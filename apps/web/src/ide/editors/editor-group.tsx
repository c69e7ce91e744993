"use client";

import { useStore } from "#lib/store.ts";
import { ViewBoundary } from "../frame/view-boundary.tsx";
import { useIde } from "../ide-context.ts";
import { Breadcrumbs } from "./breadcrumbs.tsx";
import { DropTarget } from "./drop-target.tsx";
import { editorKind } from "./editor-kinds.ts";
import { groupIds, groupOf } from "./editor-state.ts";
import styles from "./editors.module.css";
import { TabStrip } from "./tab-strip.tsx";
import { NothingOpen } from "./nothing-open.tsx";

/** One group: its tabs, where the shown file lies, and the editor itself. */
export function EditorGroup({ id }: { readonly id: number }) {
  const { editors } = useIde();
  const state = useStore(editors);
  const group = groupOf(state, id);
  const active = group.tabs.find((tab) => tab.id === group.active);
  const order = groupIds(state);
  const label = order.length === 1 ? "Editors" : `Editors, group ${order.indexOf(id) + 1} of ${order.length}`;
  return (
    <section className={styles.group} aria-label={label} data-region={`editors-${id}`} data-scope="editors" data-active={state.activeGroup === id || undefined} onFocusCapture={() => editors.enter(id)} onPointerDownCapture={() => editors.enter(id)}>
      {group.tabs.length > 0 ? <TabStrip group={group} focused={state.activeGroup === id} /> : null}
      <DropTarget group={id}>
        {active ? (
          <div className={styles.pane} role="tabpanel" id={`pane-${id}`} aria-label={editorKind(active.input).title(active.input)}>
            {active.input.path === "" ? null : <Breadcrumbs path={active.input.path} />}
            <ViewBoundary key={active.input.kind}>
              <Pane group={id} tab={active} />
            </ViewBoundary>
          </div>
        ) : (
          <NothingOpen />
        )}
      </DropTarget>
    </section>
  );
}

function Pane({ group, tab }: { readonly group: number; readonly tab: ReturnType<typeof groupOf>["tabs"][number] }) {
  const { component: Editor } = editorKind(tab.input);
  return <Editor input={tab.input} group={group} tab={tab.id} />;
}
