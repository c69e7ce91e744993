const CODE = "/_next/static/";

/**
 * Removes a script of ours that did not come. The pages' loader asks again a moment later, but where it finds a script of that address in the page it waits for that
 * one: React puts one in as well, and when it has failed before, nobody is ever told.
 */
export function forgetFailedCode(): void {
  window.addEventListener(
    "error",
    ({ target }) => {
      if (target instanceof HTMLScriptElement && new URL(target.src, document.baseURI).pathname.startsWith(CODE)) target.remove();
    },
    // Errors of elements do not bubble.
    { capture: true },
  );
}
