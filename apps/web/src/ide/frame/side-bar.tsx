"use client";

import { useSession } from "#features/session/session.tsx";
import { useStore } from "#lib/store.ts";
import { useIde } from "../ide-context.ts";
import { IDE_VIEWS } from "../views.ts";
import { ViewBoundary } from "./view-boundary.tsx";
import styles from "./frame.module.css";

export function SideBar() {
  const { frame } = useIde();
  const { may } = useSession();
  const { view: wanted } = useStore(frame).sideBar;
  const views = IDE_VIEWS.filter(({ permission }) => may(permission));
  const view = views.find(({ id }) => id === wanted) ?? views[0];
  if (!view) return null;
  const { id, title, component: View, actions: Actions } = view;
  return (
    <section className={styles.sideBar} aria-label={title} data-region="side-bar" data-view={id} data-scope={id} tabIndex={-1}>
      <header className={styles.viewHeader}>
        <h2 className={styles.viewTitle}>{title}</h2>
        <div className={styles.viewActions}>
          {Actions ? (
            <ViewBoundary key={id} quiet>
              <Actions />
            </ViewBoundary>
          ) : null}
        </div>
      </header>
      <ViewBoundary key={id}>
        <View />
      </ViewBoundary>
    </section>
  );
}
