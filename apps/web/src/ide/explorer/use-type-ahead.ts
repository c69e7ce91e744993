"use client";

import { useRef } from "react";

const FORGET_AFTER_MS = 800;

/** Letters typed in quick succession, as the start of a name. */
export function useTypeAhead(onText: (text: string) => void) {
  const typed = useRef({ text: "", at: 0 });
  const active = () => typed.current.text !== "" && performance.now() - typed.current.at < FORGET_AFTER_MS;
  return {
    active,
    type: (key: string) => {
      const before = active() ? typed.current.text : "";
      // The same letter again goes on to the next of that letter.
      const text = before === key.toLocaleLowerCase() ? before : before + key.toLocaleLowerCase();
      typed.current = { text, at: performance.now() };
      onText(text);
    },
  };
}
