import { type ComponentType, createElement, lazy, type ReactNode, useState } from "react";
import { whenTriedAgain } from "./try-again.ts";

/** Code that is fetched when it is first drawn, or before that. */
export type Later<Props extends object> = ((props: Props) => ReactNode) & {
  /** Fetches the code, so that it is there at once when it is drawn. Never fails: what could not be fetched now is asked for again then. */
  preload(): Promise<void>;
};

/** A component whose code is fetched when it is first drawn: `later(async () => (await import("./view.tsx")).View)`. Stands in a `Suspense`. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): Later<Props> {
  let loaded: ComponentType<Props> | null = null;
  const fetchCode = async () => (loaded ??= await load());
  const makeLazy = () =>
    lazy(async () => {
      try {
        return { default: await fetchCode() };
      } catch (error) {
        // It fails for ever from now on. Nor is it replaced before somebody asks: what is not shown yet React draws anew, which would then fetch without an end.
        whenTriedAgain(() => {
          Lazy = makeLazy();
        });
        throw error;
      }
    });
  let Lazy = makeLazy();
  const Part = (props: Props) => {
    // Code that is there is drawn at once: what React has to wait for, a promise that is fulfilled too, it holds back for up to 300 ms.
    const [Shown] = useState<ComponentType<Props> | typeof Lazy>(() => loaded ?? Lazy);
    return createElement<Props>(Shown, props);
  };
  return Object.assign(Part, { preload: () => fetchCode().then(() => undefined, () => undefined) });
}
