import type { ReactNode } from "react";
import { Mark } from "#ui/mark.tsx";
import styles from "./door.module.css";

/** The frame of the pages in front of the sign-in. */
export function DoorFrame({ version, children }: { readonly version: string; readonly children: ReactNode }) {
  return (
    <div className={styles.frame}>
      <header className={styles.brand}>
        <Mark size={20} />
        <span>Coder IDE</span>
      </header>
      <main className={styles.main}>{children}</main>
      <footer className={styles.footer}>
        <span>Coder IDE {version}</span>
        <a href="/api/v1/docs">API</a>
      </footer>
    </div>
  );
}

/** One card: what this is, the form, the other ways. */
export function DoorCard({ title, description, children, foot }: { readonly title: string; readonly description?: ReactNode; readonly children: ReactNode; readonly foot?: ReactNode }) {
  return (
    <div className={styles.card}>
      <div>
        <h1 className={styles.title}>{title}</h1>
        {description ? <div className={styles.description}>{description}</div> : null}
      </div>
      {children}
      {foot ? <div className={styles.foot}>{foot}</div> : null}
    </div>
  );
}
