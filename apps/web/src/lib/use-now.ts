"use client";

import { useSyncExternalStore } from "react";

/** One clock for all who watch it; it stands still while nobody does. */
class Clock {
  readonly #stepMs: number;
  readonly #listeners = new Set<() => void>();
  #now = 0;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => {
      this.#now = Date.now();
      for (const each of this.#listeners) each();
    }, this.#stepMs);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    };
  };

  readonly read = (): number => {
    if (Date.now() - this.#now > this.#stepMs) this.#now = Date.now();
    return this.#now;
  };
}

const quarters = new Clock(15_000);
const seconds = new Clock(1_000);
const unknown = (): number => 0;

/** The time, good to a quarter of a minute. */
export function useNow(): number {
  return useSyncExternalStore(quarters.subscribe, quarters.read, unknown);
}

/** The time, good to a second: for what counts up before somebody's eyes. Keep it in small components. */
export function useSecond(): number {
  return useSyncExternalStore(seconds.subscribe, seconds.read, unknown);
}
