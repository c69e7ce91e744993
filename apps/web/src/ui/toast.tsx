"use client";

import { useEffect, useRef, useSyncExternalStore } from "react";
import { Button, IconButton } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";
import styles from "./toast.module.css";

export interface ToastOptions {
  readonly kind?: "success" | "error" | "info";
  readonly title: string;
  readonly detail?: string;
  /** One thing to do about it, usually to undo. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

interface Shown extends ToastOptions {
  readonly id: number;
}

const MAX_SHOWN = 3;
const SECONDS = { plain: 6, withAction: 10 };

let shown: readonly Shown[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly Shown[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

/** Tells that something has happened away from where the person looks. Errors stay until they are closed. Returns what takes it away once it is not true any more. */
export function toast(options: ToastOptions): () => void {
  lastId += 1;
  const id = lastId;
  change([...shown, { ...options, id }].slice(-MAX_SHOWN));
  return () => dismiss(id);
}

function dismiss(id: number): void {
  change(shown.filter((entry) => entry.id !== id));
}

const NONE: readonly Shown[] = [];
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Stands once in the application. */
export function Toasts() {
  const entries = useSyncExternalStore(subscribe, () => shown, () => NONE);
  return (
    <section className={styles.region} aria-label="Notifications" aria-live="polite" aria-relevant="additions">
      {entries.map((entry) => (
        <ToastCard key={entry.id} entry={entry} />
      ))}
    </section>
  );
}

const ICONS: Record<NonNullable<ToastOptions["kind"]>, IconName> = { success: "pass", error: "error", info: "info" };

function ToastCard({ entry }: { readonly entry: Shown }) {
  const { id, kind = "info", title, detail, action } = entry;
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (kind === "error") return;
    // While somebody reads or is about to press, it stays.
    const held = () => card.current?.matches(":hover, :focus-within") ?? false;
    let left = action ? SECONDS.withAction : SECONDS.plain;
    const timer = setInterval(() => {
      if (held()) return;
      left -= 1;
      if (left <= 0) dismiss(id);
    }, 1000);
    return () => clearInterval(timer);
  }, [id, kind, action]);
  return (
    <div ref={card} className={styles.toast} data-kind={kind} onKeyDown={(event) => event.key === "Escape" && dismiss(id)}>
      <Icon name={ICONS[kind]} className={styles.icon} />
      <div className={styles.text}>
        <div className={styles.title}>{title}</div>
        {detail ? <div className={styles.detail}>{detail}</div> : null}
      </div>
      {action ? (
        <Button
          onClick={() => {
            dismiss(id);
            action.run();
          }}
        >
          {action.label}
        </Button>
      ) : null}
      <IconButton icon="close" label="Dismiss" onClick={() => dismiss(id)} />
    </div>
  );
}
