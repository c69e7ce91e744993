"use client";

import { useRef } from "react";
import { z } from "zod";
import { useKept } from "../use-kept.ts";

const MOST = 50;
const MAX_LENGTH = 2_000;
/** Of all of them: what is kept of the views has a limit. */
const MAX_TOTAL = 16_000;
const SentSchema = z.object({ texts: z.array(z.string()) });
const NOTHING = { texts: [] };

function newest(texts: readonly string[]): string[] {
  let left = MAX_TOTAL;
  return texts.slice(-MOST).reverse().filter(({ length }) => (left -= length) >= 0).reverse();
}

/** What the person has sent in this project, to be sent again: newest last, as in a shell. */
export function useSent() {
  const [{ texts }, keep] = useKept("chat-sent", SentSchema, NOTHING);
  /** How far back the reader is; null where they write something of their own. */
  const back = useRef<number | null>(null);
  return {
    add: (text: string) => {
      back.current = null;
      if (text.length <= MAX_LENGTH && texts.at(-1) !== text) keep({ texts: newest([...texts.filter((each) => each !== text), text]) });
    },
    /** Null where there is nothing in that direction, or the draft is the reader's own. */
    step: (draft: string, direction: -1 | 1): string | null => {
      const at = back.current !== null && texts[back.current] === draft ? back.current : null;
      if (at === null && draft !== "") return null;
      if (at === null && direction === 1) return null;
      const next = (at ?? texts.length) + direction;
      if (next < 0) return null;
      back.current = next < texts.length ? next : null;
      return texts[next] ?? "";
    },
  };
}
