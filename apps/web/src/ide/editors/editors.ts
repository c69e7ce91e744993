import { Store } from "#lib/store.ts";
import type { OpenEditorOptions, TextPlace } from "./open-options.ts";
import type { EditorInput } from "./editor-input.ts";
import { inputKey } from "./editor-input.ts";
import {
  activateGroup, activateTab, canSplit, closeTabs, type EditorsState, groupIds, groupOf, keepInput, keepTab, moveTab, moveTabToSide, neighbourGroup, neighbourTab, NO_EDITORS, openTab,
  renamePaths, reopenClosed, splitGroup, type SplitSide, type TabPlace,
} from "./editor-state.ts";

/** Asks the pane of a tab to take the focus, or to bring a place into view. */
export interface PaneRequest {
  readonly group: number;
  readonly tab: string;
  readonly at: TextPlace | null;
  readonly focus: boolean;
}

/** The same for a pane that is not ready yet: somebody who goes elsewhere meanwhile is not called back. */
export function mayTakeFocus(origin: Element | null): boolean {
  const now = document.activeElement;
  return now === origin || now === document.body || now === null || now.closest("[data-scope=editors]") !== null;
}

/** The editor groups of an open project. */
export class Editors extends Store<EditorsState> {
  /** Where the cursor stands and what is scrolled and folded, by group and tab. Only plain data. */
  readonly viewStates = new Map<string, unknown>();
  /** Write the view states of what is shown at the moment. */
  readonly savers = new Set<() => void>();
  readonly request = new Store<PaneRequest | null>(null);
  /** Tabs that would lose unsaved text: somebody has to decide. */
  readonly undecided = new Store<CloseRequest | null>(null);
  readonly #isDirty: (input: EditorInput) => boolean;
  readonly #origins = new WeakMap<PaneRequest, Element | null>();

  constructor({ isDirty, initial = NO_EDITORS }: { readonly isDirty: (input: EditorInput) => boolean; readonly initial?: EditorsState }) {
    super(initial);
    this.#isDirty = isDirty;
  }

  open(input: EditorInput, { preview = false, beside = false, at, keepFocus = false }: OpenEditorOptions = {}): void {
    if (beside) this.#makeBeside();
    this.update((state) => openTab(state, input, { preview }));
    this.request.set({ group: this.get().activeGroup, tab: inputKey(input), at: at ?? null, focus: !keepFocus });
  }

  /** Where the focus was when this was first asked about the request. */
  originOf(request: PaneRequest): Element | null {
    if (!this.#origins.has(request)) this.#origins.set(request, document.activeElement);
    return this.#origins.get(request) ?? null;
  }

  openInBackground(input: EditorInput): void {
    this.update((state) => openTab(state, input, { inBackground: true, index: Number.MAX_SAFE_INTEGER }));
  }

  #makeBeside(): void {
    const state = this.get();
    const next = neighbourGroup(state, 1);
    if (next !== state.activeGroup) this.update((now) => activateGroup(now, next));
    else this.update((now) => splitGroup(now, now.activeGroup, "right", undefined));
  }

  activate(groupId: number, tabId: string, focus = true): void {
    this.update((state) => activateTab(state, groupId, tabId));
    this.request.set({ group: groupId, tab: tabId, at: null, focus });
  }

  /** Whoever is worked in is the active group. */
  enter(groupId: number): void {
    this.update((state) => activateGroup(state, groupId));
  }

  keep(groupId: number, tabId: string): void {
    this.update((state) => keepTab(state, groupId, tabId));
  }

  keepEverywhere(input: EditorInput): void {
    this.update((state) => keepInput(state, inputKey(input)));
  }

  /** Closes what can be closed without a loss, and asks about the rest. */
  close(groupId: number, tabIds: readonly string[]): void {
    const state = this.get();
    const losing = groupOf(state, groupId).tabs.filter((tab) => tabIds.includes(tab.id) && this.#isDirty(tab.input) && !shownElsewhere(state, groupId, tab.id));
    this.closeNow(groupId, tabIds.filter((id) => !losing.some((tab) => tab.id === id)));
    const [first] = losing;
    if (!first) return;
    this.activate(groupId, first.id, false);
    this.undecided.set({ group: groupId, tabs: losing.map(({ id }) => id), inputs: losing.map(({ input }) => input) });
  }

  closeNow(groupId: number, tabIds: readonly string[]): void {
    if (tabIds.length === 0) return;
    this.update((state) => closeTabs(state, groupId, tabIds));
    for (const id of tabIds) this.viewStates.delete(viewStateKey(groupId, id));
    this.focusActive();
  }

  /** Closes every tab of what is gone for good. */
  closeEverywhere(matches: (input: EditorInput) => boolean): void {
    for (const id of groupIds(this.get())) {
      const gone = groupOf(this.get(), id).tabs.filter(({ input }) => matches(input));
      this.update((state) => closeTabs(state, id, gone.map((tab) => tab.id)));
    }
  }

  reopen(): void {
    this.update(reopenClosed);
    this.focusActive();
  }

  canSplit(side: SplitSide): boolean {
    return canSplit(this.get(), this.get().activeGroup, side);
  }

  split(side: SplitSide): void {
    this.saveViewStates();
    const before = this.get();
    const group = groupOf(before, before.activeGroup);
    const tab = group.tabs.find(({ id }) => id === group.active);
    this.update((state) => splitGroup(state, state.activeGroup, side, tab));
    const after = this.get();
    if (after === before || !tab) return;
    const kept = this.viewStates.get(viewStateKey(group.id, tab.id));
    if (kept !== undefined) this.viewStates.set(viewStateKey(after.activeGroup, tab.id), kept);
    this.focusActive();
  }

  move(from: TabPlace, toGroup: number, index: number): void {
    this.#carry(from, () => this.update((state) => moveTab(state, from, toGroup, index)));
  }

  moveToSide(from: TabPlace, beside: number, side: SplitSide): void {
    this.#carry(from, () => this.update((state) => moveTabToSide(state, from, beside, side)));
  }

  /** Into the next group, which is made where there is none. */
  moveToNextGroup(step: 1 | -1): void {
    const state = this.get();
    const { active } = groupOf(state, state.activeGroup);
    if (active === null) return;
    const from = { group: state.activeGroup, tab: active };
    const next = neighbourGroup(state, step);
    if (next === state.activeGroup) this.moveToSide(from, from.group, step > 0 ? "right" : "left");
    else this.move(from, next, groupOf(state, next).tabs.length);
  }

  #carry(from: TabPlace, change: () => void): void {
    this.saveViewStates();
    const key = viewStateKey(from.group, from.tab);
    const kept = this.viewStates.get(key);
    change();
    const to = viewStateKey(this.get().activeGroup, from.tab);
    if (kept !== undefined && to !== key) {
      this.viewStates.delete(key);
      this.viewStates.set(to, kept);
    }
    this.focusActive();
  }

  /** Where the cursors of everything that is shown stand now. */
  saveViewStates(): void {
    for (const save of this.savers) save();
  }

  /** The next or previous tab, as they stand. */
  step(step: 1 | -1): void {
    const tab = neighbourTab(this.get(), step);
    if (tab) this.activate(this.get().activeGroup, tab.id);
  }

  stepGroup(step: 1 | -1): void {
    this.enter(neighbourGroup(this.get(), step));
    this.focusActive();
  }

  rename(from: string, to: string): void {
    this.update((state) => renamePaths(state, from, to));
  }

  focusActive(): void {
    const { activeGroup } = this.get();
    const { active } = groupOf(this.get(), activeGroup);
    if (active !== null) this.request.set({ group: activeGroup, tab: active, at: null, focus: true });
  }
}

export interface CloseRequest {
  readonly group: number;
  readonly tabs: readonly string[];
  readonly inputs: readonly EditorInput[];
}

export function viewStateKey(group: number, tab: string): string {
  return `${group} ${tab}`;
}

function shownElsewhere(state: EditorsState, groupId: number, tabId: string): boolean {
  return groupIds(state).some((id) => id !== groupId && groupOf(state, id).tabs.some((tab) => tab.id === tabId));
}
