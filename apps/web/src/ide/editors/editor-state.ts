import { type EditorInput, inputKey, isWithin } from "./editor-input.ts";

export interface Tab {
  /** {@link inputKey} of the input: a group shows a thing once. */
  readonly id: string;
  readonly input: EditorInput;
  /** Replaced by the next thing that is looked at, until it is kept: by an edit or a double click. */
  readonly preview: boolean;
}

export interface Group {
  readonly id: number;
  readonly tabs: readonly Tab[];
  readonly active: string | null;
  /** Tab ids, the one used last first. */
  readonly recent: readonly string[];
}

/** Editor groups in at most two columns of at most two rows each. There is always one. */
export interface EditorsState {
  readonly columns: readonly (readonly number[])[];
  readonly groups: Readonly<Record<number, Group>>;
  readonly activeGroup: number;
  /** What was closed, the last one first. */
  readonly closed: readonly EditorInput[];
}

export type SplitSide = "right" | "down" | "left" | "up";

const MAX_COLUMNS = 2;
const MAX_ROWS = 2;
const MAX_CLOSED = 30;

export const NO_EDITORS: EditorsState = { columns: [[1]], groups: { 1: emptyGroup(1) }, activeGroup: 1, closed: [] };

function emptyGroup(id: number): Group {
  return { id, tabs: [], active: null, recent: [] };
}

export function groupIds(state: EditorsState): number[] {
  return state.columns.flat();
}

export function groupOf(state: EditorsState, id: number): Group {
  return state.groups[id] ?? emptyGroup(id);
}

export function activeTab(state: EditorsState, groupId: number = state.activeGroup): Tab | undefined {
  const group = groupOf(state, groupId);
  return group.tabs.find(({ id }) => id === group.active);
}

function withGroup(state: EditorsState, group: Group): EditorsState {
  return { ...state, groups: { ...state.groups, [group.id]: group } };
}

function used(recent: readonly string[], id: string): string[] {
  return [id, ...recent.filter((other) => other !== id)];
}

export interface OpenOptions {
  /** Look at it: the tab is replaced by the next one that is looked at. */
  readonly preview?: boolean;
  readonly group?: number;
  /** Where among the tabs; otherwise right of the active one. */
  readonly index?: number;
  /** Opened behind the others. */
  readonly inBackground?: boolean;
}

export function openTab(state: EditorsState, input: EditorInput, { preview = false, group: wanted, index, inBackground = false }: OpenOptions = {}): EditorsState {
  const groupId = wanted !== undefined && wanted in state.groups ? wanted : state.activeGroup;
  const group = groupOf(state, groupId);
  const id = inputKey(input);
  const present = group.tabs.find((tab) => tab.id === id);
  const next = present ? { ...group, tabs: group.tabs.map((tab) => (tab === present && !preview ? { ...tab, preview: false } : tab)) } : insert(group, { id, input, preview }, index);
  if (inBackground && group.active !== null) return withGroup(state, next);
  return { ...withGroup(state, { ...next, active: id, recent: used(next.recent, id) }), activeGroup: groupId };
}

function insert(group: Group, tab: Tab, index: number | undefined): Group {
  const replaced = tab.preview ? group.tabs.find(({ preview }) => preview) : undefined;
  const activeAt = group.tabs.findIndex(({ id }) => id === group.active);
  const at = replaced ? group.tabs.indexOf(replaced) : (index ?? activeAt + 1);
  const rest = group.tabs.filter((other) => other !== replaced);
  return { ...group, tabs: [...rest.slice(0, at), tab, ...rest.slice(at)], recent: [...group.recent.filter((id) => id !== replaced?.id), tab.id] };
}

export function keepTab(state: EditorsState, groupId: number, tabId: string): EditorsState {
  const group = groupOf(state, groupId);
  if (!group.tabs.some((tab) => tab.id === tabId && tab.preview)) return state;
  return withGroup(state, { ...group, tabs: group.tabs.map((tab) => (tab.id === tabId ? { ...tab, preview: false } : tab)) });
}

/** Every tab that shows this, wherever it is: an edit keeps it. */
export function keepInput(state: EditorsState, key: string): EditorsState {
  return groupIds(state).reduce((now, group) => keepTab(now, group, key), state);
}

export function activateTab(state: EditorsState, groupId: number, tabId: string): EditorsState {
  const group = groupOf(state, groupId);
  if (!group.tabs.some(({ id }) => id === tabId)) return state;
  if (group.active === tabId && state.activeGroup === groupId) return state;
  return { ...withGroup(state, { ...group, active: tabId, recent: used(group.recent, tabId) }), activeGroup: groupId };
}

export function activateGroup(state: EditorsState, groupId: number): EditorsState {
  return state.activeGroup === groupId || !(groupId in state.groups) ? state : { ...state, activeGroup: groupId };
}

export function closeTabs(state: EditorsState, groupId: number, tabIds: readonly string[]): EditorsState {
  const group = groupOf(state, groupId);
  const gone = group.tabs.filter(({ id }) => tabIds.includes(id));
  if (gone.length === 0) return state;
  const closed = [...gone.map(({ input }) => input).reverse(), ...state.closed].slice(0, MAX_CLOSED);
  return removeIfEmpty({ ...withGroup(state, without(group, tabIds)), closed }, groupId);
}

function without(group: Group, tabIds: readonly string[]): Group {
  const tabs = group.tabs.filter(({ id }) => !tabIds.includes(id));
  const recent = group.recent.filter((id) => !tabIds.includes(id));
  const active = group.active !== null && tabIds.includes(group.active) ? (recent[0] ?? null) : group.active;
  return { ...group, tabs, recent, active };
}

/** A group without tabs goes, unless it is the last one. */
function removeIfEmpty(state: EditorsState, groupId: number): EditorsState {
  const order = groupIds(state);
  if (groupOf(state, groupId).tabs.length > 0 || order.length === 1) return state;
  const columns = state.columns.map((rows) => rows.filter((id) => id !== groupId)).filter((rows) => rows.length > 0);
  const { [groupId]: _gone, ...groups } = state.groups;
  const at = order.indexOf(groupId);
  const neighbour = order[at - 1] ?? order[at + 1] ?? state.activeGroup;
  return { ...state, columns, groups, activeGroup: state.activeGroup === groupId ? neighbour : state.activeGroup };
}

/** Opens again what was closed last and is not open. */
export function reopenClosed(state: EditorsState): EditorsState {
  const [last, ...closed] = state.closed;
  return last === undefined ? state : openTab({ ...state, closed }, last);
}

/** Whether there is room for another group on that side. */
export function canSplit(state: EditorsState, groupId: number, side: SplitSide): boolean {
  const rows = state.columns.find((column) => column.includes(groupId));
  if (!rows) return false;
  return side === "left" || side === "right" ? state.columns.length < MAX_COLUMNS : rows.length < MAX_ROWS;
}

/** A new group beside another one that shows `tab`; it becomes the active one. Unchanged where there is no room. */
export function splitGroup(state: EditorsState, groupId: number, side: SplitSide, tab: Tab | undefined): EditorsState {
  if (!canSplit(state, groupId, side)) return state;
  const id = Math.max(...groupIds(state)) + 1;
  const group: Group = tab ? { id, tabs: [{ ...tab, preview: false }], active: tab.id, recent: [tab.id] } : emptyGroup(id);
  const columns =
    side === "left" || side === "right"
      ? state.columns.flatMap((rows) => (!rows.includes(groupId) ? [rows] : side === "left" ? [[id], rows] : [rows, [id]]))
      : state.columns.map((rows) => rows.flatMap((row) => (row !== groupId ? [row] : side === "up" ? [id, row] : [row, id])));
  return { ...withGroup(state, group), columns, activeGroup: id };
}

export interface TabPlace {
  readonly group: number;
  readonly tab: string;
}

/** Takes a tab to another place, in its own group or another one. */
export function moveTab(state: EditorsState, from: TabPlace, toGroup: number, index: number): EditorsState {
  const source = groupOf(state, from.group);
  const tab = source.tabs.find(({ id }) => id === from.tab);
  if (!tab || !(toGroup in state.groups)) return state;
  const at = source.tabs.indexOf(tab);
  if (from.group === toGroup) {
    const rest = source.tabs.filter((other) => other !== tab);
    const target = index > at ? index - 1 : index;
    return activateTab(withGroup(state, { ...source, tabs: [...rest.slice(0, target), { ...tab, preview: false }, ...rest.slice(target)] }), toGroup, tab.id);
  }
  const target = groupOf(state, toGroup);
  const moved = target.tabs.some(({ id }) => id === tab.id) ? target : insert(target, { ...tab, preview: false }, Math.min(index, target.tabs.length));
  const opened = activateTab(withGroup(withGroup(state, without(source, [tab.id])), moved), toGroup, tab.id);
  return removeIfEmpty(opened, from.group);
}

/** Takes a tab into a new group beside another one: what dropping it on that group's edge does. */
export function moveTabToSide(state: EditorsState, from: TabPlace, beside: number, side: SplitSide): EditorsState {
  const tab = groupOf(state, from.group).tabs.find(({ id }) => id === from.tab);
  if (!tab || (from.group === beside && groupOf(state, beside).tabs.length === 1)) return state;
  const split = splitGroup(state, beside, side, tab);
  if (split === state) return state;
  return removeIfEmpty(withGroup(split, without(groupOf(split, from.group), [tab.id])), from.group);
}

/** Files that were moved or renamed stay open under their new names. */
export function renamePaths(state: EditorsState, from: string, to: string): EditorsState {
  const renamed = (input: EditorInput): EditorInput => (input.kind !== "change-set" && input.kind !== "generate" && isWithin(input.path, from) ? { ...input, path: to + input.path.slice(from.length) } : input);
  if (![...Object.values(state.groups).flatMap(({ tabs }) => tabs.map(({ input }) => input)), ...state.closed].some(({ path }) => isWithin(path, from))) return state;
  const groups = Object.fromEntries(
    Object.values(state.groups).map((group) => {
      const ids = new Map(group.tabs.map((tab) => [tab.id, inputKey(renamed(tab.input))]));
      const idOf = (id: string) => ids.get(id) ?? id;
      const tabs = group.tabs.map((tab) => ({ ...tab, id: idOf(tab.id), input: renamed(tab.input) }));
      const unique = tabs.filter((tab, index) => tabs.findIndex(({ id }) => id === tab.id) === index);
      return [group.id, { ...group, tabs: unique, active: group.active === null ? null : idOf(group.active), recent: [...new Set(group.recent.map(idOf))] }];
    }),
  );
  return { ...state, groups, closed: state.closed.map(renamed) };
}

/** The tab `step` places further in the order of the tabs, around the end. */
export function neighbourTab(state: EditorsState, step: number): Tab | undefined {
  const { tabs, active } = groupOf(state, state.activeGroup);
  const at = tabs.findIndex(({ id }) => id === active);
  return tabs[(at + step + tabs.length) % Math.max(1, tabs.length)];
}

/** The group `step` places further, in reading order. */
export function neighbourGroup(state: EditorsState, step: number): number {
  const order = groupIds(state);
  return order[(order.indexOf(state.activeGroup) + step + order.length) % order.length] ?? state.activeGroup;
}

/** Every input that is open, once. */
export function openInputs(state: EditorsState): EditorInput[] {
  const all = groupIds(state).flatMap((id) => groupOf(state, id).tabs.map(({ input }) => input));
  return all.filter((input, index) => all.findIndex((other) => inputKey(other) === inputKey(input)) === index);
}
