"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { type KeyboardEvent, useRef } from "react";
import { useSession } from "#features/session/session.tsx";
import { useDelayed } from "#lib/use-delayed.ts";
import { Icon } from "#ui/icon.tsx";
import { Tooltip } from "#ui/tooltip.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { areaOf, AREAS } from "./areas.ts";
import styles from "./shell.module.css";
import { Slot } from "./slots.tsx";

/** Code of other pages is fetched ahead when this one has long been there: until then it would stand in its way. */
const AHEAD_AFTER_MS = 3_000;

/** The areas of the product. One stop for Tab; arrows move inside. At the bottom of the page where it is narrow. */
export function ActivityBar() {
  const session = useSession();
  const path = usePathname();
  const list = useRef<HTMLUListElement>(null);
  const areas = AREAS.filter(({ permissions }) => permissions.length === 0 || permissions.some(session.may));
  const current = areaOf(path);
  const stop = areas.some(({ id }) => id === current?.id) ? current?.id : areas[0]?.id;

  const settled = useDelayed(true, AHEAD_AFTER_MS);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const links = [...(list.current?.querySelectorAll<HTMLElement>("a") ?? [])];
    const at = links.findIndex((link) => link === document.activeElement);
    if (step === undefined || at < 0) return;
    event.preventDefault();
    links[(at + step + links.length) % links.length]?.focus();
  };

  return (
    <nav className={styles.activityBar} aria-label="Areas" data-region="areas">
      <Slot name="views" className={styles.activityViews} />
      <ul ref={list} className={styles.activityList} onKeyDown={onKeyDown}>
        {areas.map(({ id, title, path: href, icon, keys }) => (
          <li key={id}>
            <Tooltip text={title} keys={keys} side="right">
              <Link href={href} prefetch={settled ? null : false} className={styles.activity} aria-label={title} aria-current={id === current?.id ? "page" : undefined} tabIndex={id === stop ? 0 : -1}>
                <Icon name={icon} size={24} />
                <span className={styles.activityLabel} aria-hidden="true">
                  {title}
                </span>
              </Link>
            </Tooltip>
          </li>
        ))}
      </ul>
      <div className={styles.activityAccount}>
        <AccountMenu />
      </div>
    </nav>
  );
}
