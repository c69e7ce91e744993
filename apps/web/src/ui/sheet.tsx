"use client";

import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { readLocal, writeLocal } from "#lib/storage.ts";
import { IconButton } from "./button.tsx";
import styles from "./sheet.module.css";
import { useHeldFocus } from "./use-held-focus.ts";

export interface SheetProps {
  readonly title: ReactNode;
  readonly onClose: () => void;
  /** Under which the width is remembered. */
  readonly name: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

const MIN_WIDTH = 300;
const DEFAULT_WIDTH = 440;

/**
 * Details beside a list. It is a region of the page and not a dialogue: the list stays in reach, moving in it changes what
 * the sheet shows. Escape closes it and gives focus back to the list. On a narrow screen it covers the page.
 */
export function Sheet({ title, onClose, name, actions, children }: SheetProps) {
  const heading = useId();
  const sheet = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(DEFAULT_WIDTH);
  useHeldFocus(sheet, () => sheet.current?.querySelector<HTMLElement>("[data-first-focus]") ?? null);
  useEffect(() => {
    const kept = readLocal(`sheet:${name}`);
    if (typeof kept === "number") setWidth(kept);
  }, [name]);

  const resize = (next: number) => {
    const room = (sheet.current?.parentElement?.clientWidth ?? 1200) - 320;
    const rounded = Math.round(Math.max(MIN_WIDTH, Math.min(next, room)));
    setWidth(rounded);
    writeLocal(`sheet:${name}`, rounded);
  };
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    resize((sheet.current?.getBoundingClientRect().right ?? 0) - event.clientX);
  };
  const step = (event: KeyboardEvent) => {
    const by = { ArrowLeft: 24, ArrowRight: -24 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    resize(width + by);
  };

  return (
    <aside
      ref={sheet}
      className={styles.sheet}
      style={{ width }}
      aria-labelledby={heading}
      data-region="details"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div
        className={styles.handle}
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the details"
        aria-valuenow={width}
        aria-valuemin={MIN_WIDTH}
        tabIndex={0}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
        onKeyDown={step}
        onDoubleClick={() => resize(DEFAULT_WIDTH)}
      />
      <header className={styles.header}>
        <h2 id={heading} className={styles.title} tabIndex={-1} data-first-focus>
          {title}
        </h2>
        {actions}
        <IconButton icon="close" label="Close details" keys="escape" onClick={onClose} />
      </header>
      <div className={styles.body}>{children}</div>
    </aside>
  );
}

/** Facts with their names, in two columns. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className={styles.facts}>{children}</dl>;
}

export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function SheetSection({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.section}>
      <h3 className={styles.sectionTitle}>{title}</h3>
      {children}
    </section>
  );
}
