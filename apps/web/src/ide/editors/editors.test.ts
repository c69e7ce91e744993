import { afterEach, expect, it, vi } from "vitest";
import { Editors, mayTakeFocus } from "./editors.ts";

const elementIn = (scope: string) => ({ closest: (selector: string) => (selector === `[data-scope=${scope}]` ? {} : null) });
const focus = (activeElement: object) => vi.stubGlobal("document", { activeElement, body: {} });

afterEach(() => vi.unstubAllGlobals());

it("gives a pane that comes late the focus where somebody still waits for it, and not where they have gone elsewhere", () => {
  const editors = new Editors({ isDirty: () => false });
  editors.open({ kind: "git-unstaged", path: "alpha.ts" });
  const request = editors.request.get();
  if (!request) throw new Error("Nothing was asked of the pane");
  const row = elementIn("scm");
  focus(row);
  expect(mayTakeFocus(editors.originOf(request))).toBe(true);
  focus(elementIn("palette"));
  expect(mayTakeFocus(editors.originOf(request)), "in the palette").toBe(false);
  focus(elementIn("editors"));
  expect(mayTakeFocus(editors.originOf(request)), "in another editor").toBe(true);
  focus(row);
  expect(mayTakeFocus(editors.originOf(request)), "where it was asked for").toBe(true);
});
