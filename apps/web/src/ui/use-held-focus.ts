import { type RefObject, useEffect, useRef } from "react";

/**
 * Where something that has the focus goes away, as a button does once it has done what it is for, the focus goes to what holds it and not nowhere:
 * from nowhere no key leads back.
 */
export function useHeldFocus(container: RefObject<HTMLElement | null>, holder: () => HTMLElement | null): void {
  const latest = useRef(holder);
  useEffect(() => {
    latest.current = holder;
  });
  useEffect(() => {
    const element = container.current;
    if (!element) return;
    let inside = element.contains(document.activeElement);
    const onFocusIn = () => (inside = true);
    const onFocusOut = ({ target }: FocusEvent) => {
      // A browser tells this while it takes the element away, and also when somebody presses beside it.
      queueMicrotask(() => {
        if (target instanceof Node && target.isConnected) inside = element.contains(document.activeElement);
      });
    };
    const observer = new MutationObserver(() => {
      if (inside && document.activeElement === document.body) latest.current()?.focus();
    });
    element.addEventListener("focusin", onFocusIn);
    element.addEventListener("focusout", onFocusOut);
    observer.observe(element, { childList: true, subtree: true });
    return () => {
      element.removeEventListener("focusin", onFocusIn);
      element.removeEventListener("focusout", onFocusOut);
      observer.disconnect();
    };
  }, [container]);
}
