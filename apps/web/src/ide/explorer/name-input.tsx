"use client";

import { useId, useLayoutEffect, useRef, useState } from "react";
import styles from "./explorer.module.css";

interface NameInputProps {
  readonly label: string;
  readonly initial: string;
  /** How much of it is chosen at first: the name without its ending. */
  readonly selectTo?: number;
  /** Why a name cannot be given; null when it can. */
  readonly check: (name: string) => string | null;
  /** Null: it stays as it is. */
  readonly onDone: (name: string | null) => void;
}

/** A name that is typed where it will stand. Enter takes it, Escape does not, leaving takes it when it can be given. */
export function NameInput({ label, initial, selectTo = 0, check, onDone }: NameInputProps) {
  const input = useRef<HTMLInputElement>(null);
  const note = useId();
  const [name, setName] = useState(initial);
  const [tried, setTried] = useState(false);
  const finished = useRef(false);
  /** Before the first frame nobody leaves it: a menu that closes takes the focus for a moment. */
  const stands = useRef(false);
  const fault = check(name);
  // An empty name is no mistake before somebody tries to give it.
  const shown = fault !== null && (tried || name !== "") ? fault : null;

  useLayoutEffect(() => {
    const take = () => {
      input.current?.focus();
      input.current?.setSelectionRange(0, selectTo);
    };
    // At once, so that no key goes to what was left; and again after a menu that led here has given the focus back.
    take();
    const frame = requestAnimationFrame(() => {
      if (document.activeElement !== input.current) take();
      stands.current = true;
    });
    return () => cancelAnimationFrame(frame);
  }, [selectTo]);

  const finish = (value: string | null) => {
    if (finished.current) return;
    finished.current = true;
    onDone(value);
  };

  return (
    <span className={styles.nameFrame} onClick={(event) => event.stopPropagation()} onDoubleClick={(event) => event.stopPropagation()}>
      <input
        ref={input}
        className={styles.name}
        aria-label={label}
        aria-invalid={shown !== null}
        aria-describedby={note}
        value={name}
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        onChange={(event) => {
          setName(event.target.value);
          setTried(false);
        }}
        onBlur={() => stands.current && finish(fault === null && name !== initial ? name : null)}
        onKeyDown={(event) => {
          // Keys that edit a name are not keys of the tree.
          if (!/^F\d+$/.test(event.key)) event.stopPropagation();
          if (event.key === "Escape") finish(null);
          if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
          event.preventDefault();
          if (fault === null) finish(name);
          else setTried(true);
        }}
      />
      <span id={note} className={styles.nameNote} role="alert" hidden={shown === null}>
        {shown}
      </span>
    </span>
  );
}
