import { type ComponentType, lazy, type LazyExoticComponent } from "react";

/** Code that is fetched when it is first drawn, or before that. */
export type Later<Props extends object> = LazyExoticComponent<ComponentType<Props>> & {
  /** Fetches the code, so that it is there at once when it is drawn. Never fails: what could not be fetched now is asked for again then. */
  preload(): Promise<void>;
};

/** A component whose code is fetched when it is first drawn: `later(async () => (await import("./view.tsx")).View)`. Stands in a `Suspense`. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): Later<Props> {
  const preload = () => load().then(() => undefined, () => undefined);
  return Object.assign(lazy(async () => ({ default: await load() })), { preload });
}
