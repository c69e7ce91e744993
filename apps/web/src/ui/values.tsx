"use client";

import { useState } from "react";
import { copyText } from "#lib/clipboard.ts";
import { cx } from "#lib/cx.ts";
import { columnTime, exactTime, relativeTime } from "#lib/time.ts";
import { useTimeZone } from "#lib/time-zone.ts";
import { useNow } from "#lib/use-now.ts";
import { Icon } from "./icon.tsx";
import { Tooltip } from "./tooltip.tsx";
import styles from "./values.module.css";

interface TimeProps {
  readonly at: string;
  /** `relative`: in text. `column`: in tables, where figures stand under each other. */
  readonly as?: "relative" | "column";
}

/** A time as people say it, exact on hover. */
export function Time({ at, as = "relative" }: TimeProps) {
  const now = useNow();
  const zone = useTimeZone();
  const text = as === "relative" ? relativeTime(at, now) : columnTime(at, now, zone);
  return (
    <time className={cx(as === "column" && styles.figures)} dateTime={at} title={exactTime(at, zone)}>
      {text}
    </time>
  );
}

/** A time to the millisecond, with its zone. */
export function ExactTime({ at }: { readonly at: string }) {
  const zone = useTimeZone();
  return <time dateTime={at}>{exactTime(at, zone)}</time>;
}

/** An id that can be copied. Cut in the middle where it is long. */
export function CopyableId({ value, what = "id" }: { readonly value: string; readonly what?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await copyText(value);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <Tooltip text={copied ? "Copied" : `Copy ${what}`}>
      <button type="button" className={styles.id} aria-label={`Copy ${what} ${value}`} onClick={() => void copy()}>
        <Middle text={value} />
        <Icon name={copied ? "check" : "copy"} className={styles.copyIcon} />
      </button>
    </Tooltip>
  );
}

const TAIL = 8;
/** Shorter ones are cut at the end, where that is needed at all. */
const LONG = 24;

/** Cuts a long name in the middle where it does not fit. The whole is shown on hover, and is what is read aloud. */
export function Middle({ text, className }: { readonly text: string; readonly className?: string | undefined }) {
  const characters = [...text];
  if (characters.length <= LONG) {
    return (
      <span className={cx(styles.end, className)} title={text}>
        {text}
      </span>
    );
  }
  return (
    <span className={cx(styles.middle, className)} title={text}>
      <span className="visually-hidden">{text}</span>
      <span className={styles.head} aria-hidden="true">
        {characters.slice(0, -TAIL).join("")}
      </span>
      <span className={styles.tail} aria-hidden="true">
        {characters.slice(-TAIL).join("")}
      </span>
    </span>
  );
}

/** A person, small: picture or initials. The name stands beside it. A picture on another server is not fetched: a page asks nobody but its own. */
export function Avatar({ name, image, size = 20 }: { readonly name: string; readonly image: string | null; readonly size?: 20 | 24 | 48 }) {
  const style = { width: size, height: size, fontSize: Math.round(size * 0.42) };
  return !image?.startsWith("data:image/") ? (
    <span className={styles.avatar} style={style} aria-hidden="true">
      {initials(name)}
    </span>
  ) : (
    <img className={styles.avatar} style={style} src={image} alt="" width={size} height={size} />
  );
}

function initials(name: string): string {
  const words = name.split(/[\s@._-]+/u).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => (word ? ([...word][0] ?? "") : ""));
  return letters.join("").toUpperCase();
}
