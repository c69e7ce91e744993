/** Regions of the page that F6 goes around, in the order they stand in the document. */
const SELECTOR = "[data-region]";

const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex="0"]:not([role="separator"])';

const lastFocus = new WeakMap<Element, HTMLElement>();

/** Notes where focus was in each region, so that coming back finds it. */
export function rememberFocus(event: FocusEvent): void {
  if (!(event.target instanceof HTMLElement)) return;
  const region = event.target.closest(SELECTOR);
  if (region) lastFocus.set(region, event.target);
}

export function focusNextRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>(SELECTOR)].filter((region) => region.checkVisibility());
  const at = regions.findIndex((region) => region === document.activeElement?.closest(SELECTOR));
  // A region without anything to focus is passed over.
  for (let distance = 1; distance <= regions.length; distance += 1) {
    const start = at < 0 && step > 0 ? -1 : at < 0 ? 0 : at;
    const region = regions[(start + step * distance + regions.length * 2) % regions.length];
    if (region && focusRegion(region)) return;
  }
}

/** Puts the focus to where a view begins, unless something in it is being typed already: the name of a new file. False while that is not there yet. */
export function focusStart(view: HTMLElement): boolean {
  const held = document.activeElement;
  const target = view.querySelector<HTMLElement>("[data-first-focus]");
  if (held instanceof HTMLInputElement && held !== target && view.contains(held)) return true;
  target?.focus();
  if (target instanceof HTMLInputElement) target.select();
  return target !== null && target === document.activeElement;
}

export function focusRegion(region: HTMLElement): boolean {
  const before = lastFocus.get(region);
  const target = before?.isConnected && before.checkVisibility() ? before : firstOf(region);
  target?.focus();
  return target !== undefined && region.contains(document.activeElement);
}

/** What lies in a region within it belongs to that one: a region may be only the frame around others, and then has nothing of its own. */
function firstOf(region: HTMLElement): HTMLElement | undefined {
  const own = (selector: string) => [...region.querySelectorAll<HTMLElement>(selector)].find((element) => element.closest(SELECTOR) === region && element.checkVisibility());
  return own("[data-first-focus]") ?? own(FOCUSABLE);
}
