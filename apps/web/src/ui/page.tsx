import type { ReactNode } from "react";
import { cx } from "#lib/cx.ts";
import styles from "./page.module.css";

interface PageProps {
  readonly title: ReactNode;
  /** Buttons of the page; at most one is primary. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page of the workbench: one header row, and below it whatever the page is. */
export function Page({ title, actions, children }: PageProps) {
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <h1 className={styles.title}>{title}</h1>
        <div className={styles.actions}>{actions}</div>
      </header>
      {children}
    </div>
  );
}

/** Text and forms: scrolls, and keeps lines short enough to read. */
export function Prose({ children, wide = false }: { readonly children: ReactNode; readonly wide?: boolean }) {
  return (
    // Reachable by keyboard, so that a page of text alone can be scrolled.
    <div className={styles.scroll} tabIndex={0} role="group" aria-label="Page">
      <div className={cx(styles.prose, wide && styles.wide)}>{children}</div>
    </div>
  );
}

/** One thing on a page of text and forms, with its heading. */
export function Section({ title, description, actions, children }: { readonly title: string; readonly description?: ReactNode; readonly actions?: ReactNode; readonly children: ReactNode }) {
  return (
    <section className={styles.section}>
      <div className={styles.sectionHead}>
        <div>
          <h2 className={styles.sectionTitle}>{title}</h2>
          {description ? <p className={styles.sectionText}>{description}</p> : null}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}

/** A list and, beside it, the details of one of its things. */
export function Split({ children }: { readonly children: ReactNode }) {
  return <div className={styles.split}>{children}</div>;
}

export function SplitMain({ children }: { readonly children: ReactNode }) {
  return <div className={styles.splitMain}>{children}</div>;
}

/** The row above a list: its filter and what concerns all of it. */
export function Toolbar({ children, note }: { readonly children: ReactNode; readonly note?: ReactNode }) {
  return (
    <div className={styles.toolbar}>
      <div className={styles.toolbarMain}>{children}</div>
      {note ? <div className={styles.toolbarNote}>{note}</div> : null}
    </div>
  );
}
