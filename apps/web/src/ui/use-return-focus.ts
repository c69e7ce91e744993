import { useRef } from "react";

/**
 * Gives the focus back to where it was when a dialogue opened, for `onCloseAutoFocus`. Radix gives it to its own triggers alone, and ours are
 * opened by commands. Where that is gone by then, as a row that was deleted is, the focus goes to the content.
 */
export function useReturnFocus(open: boolean): (event: Event) => void {
  const from = useRef<Element | null>(null);
  const before = useRef(false);
  // While it is drawn: a field in the dialogue may take the focus before any effect runs.
  if (open && !before.current && typeof document !== "undefined") from.current = lasting(document.activeElement);
  before.current = open;
  return (event) => {
    const target = from.current instanceof HTMLElement && from.current.isConnected && from.current !== document.body ? from.current : document.getElementById("main");
    if (!target) return;
    event.preventDefault();
    // What closed it may have put the focus where the work goes on.
    if (document.activeElement === document.body || document.activeElement === null) target.focus();
  };
}

/** An item of a menu goes with its menu; what opened the menu stays. */
function lasting(element: Element | null): Element | null {
  const trigger = element?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  return trigger ? lasting(document.getElementById(trigger)) : element;
}
