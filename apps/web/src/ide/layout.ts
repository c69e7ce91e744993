import { ProjectPathSchema } from "@coder/api/workspace";
import { z } from "zod";
import { EditorInputSchema, inputKey } from "./editors/editor-input.ts";
import { type EditorsState, groupIds, NO_EDITORS } from "./editors/editor-state.ts";
import { CHAT, type FrameState, INITIAL_FRAME, PANEL, SIDE_BAR } from "./frame/frame-store.ts";

const MAX_BYTES = 60_000;
const MAX_EXPANDED = 500;
const MAX_VIEW_STATE = 2_000;

const GroupSchema = z.object({
  id: z.int().min(1),
  tabs: z.array(z.object({ input: EditorInputSchema, preview: z.boolean() })).max(200),
  active: z.int().nullable(),
});

/** How a person left a project: what stands open, where, and how wide. One per person and project. */
export const LayoutSchema = z.object({
  version: z.literal(1),
  frame: z.object({
    sideBar: z.object({ visible: z.boolean(), view: z.string(), width: z.number().min(SIDE_BAR.min).max(4_000) }),
    panel: z.object({ visible: z.boolean(), panel: z.string(), height: z.number().min(PANEL.min).max(4_000) }),
    // Layouts from before there was a chat have none.
    chat: z.object({ visible: z.boolean(), width: z.number().min(CHAT.min).max(4_000) }).default(INITIAL_FRAME.chat),
  }),
  columns: z.array(z.array(GroupSchema).min(1).max(2)).min(1).max(2),
  activeGroup: z.int(),
  viewStates: z.record(z.string(), z.unknown()),
  expanded: z.array(ProjectPathSchema).max(MAX_EXPANDED),
  /** What views of the side bar and panels keep for themselves, by their ids. */
  views: z.record(z.string(), z.unknown()),
});
export type Layout = z.output<typeof LayoutSchema>;

export interface LayoutParts {
  readonly frame: FrameState;
  readonly editors: EditorsState;
  readonly viewStates: ReadonlyMap<string, unknown>;
  readonly expanded: ReadonlySet<string>;
  readonly views: Readonly<Record<string, unknown>>;
}

/** What was kept, as far as it can be read: a project always opens. */
export function readLayout(kept: unknown): LayoutParts {
  const parsed = LayoutSchema.safeParse(kept);
  if (!parsed.success) return { frame: INITIAL_FRAME, editors: NO_EDITORS, viewStates: new Map(), expanded: new Set(), views: {} };
  const { frame, columns, activeGroup, viewStates, expanded, views } = parsed.data;
  const groups = columns.flat().map(({ id, tabs, active }) => {
    const made = tabs.map(({ input, preview }) => ({ id: inputKey(input), input, preview })).filter((tab, index, all) => all.findIndex(({ id: other }) => other === tab.id) === index);
    const shown = made[active ?? 0]?.id ?? made[0]?.id ?? null;
    return { id, tabs: made, active: shown, recent: made.map((tab) => tab.id).sort((a, b) => Number(b === shown) - Number(a === shown)) };
  });
  const ids = groups.map(({ id }) => id);
  const whole = new Set(ids).size === ids.length;
  const editors: EditorsState = whole
    ? { columns: columns.map((rows) => rows.map(({ id }) => id)), groups: Object.fromEntries(groups.map((group) => [group.id, group])), activeGroup: ids.includes(activeGroup) ? activeGroup : (ids[0] ?? 1), closed: [] }
    : NO_EDITORS;
  return { frame, editors, viewStates: new Map(Object.entries(viewStates)), expanded: new Set(expanded), views };
}

/** What is kept, small enough to be: places in texts are given up first, then which folders stand open. */
export function writeLayout({ frame, editors, viewStates, expanded, views }: LayoutParts): Layout {
  const open = new Set(groupIds(editors).flatMap((group) => (editors.groups[group]?.tabs ?? []).map(({ id }) => `${group} ${id}`)));
  const states = [...viewStates].filter(([key]) => open.has(key)).map(([key, state]) => [key, smaller(state)] as const);
  const layout: Layout = {
    version: 1,
    frame,
    columns: editors.columns.map((rows) => rows.map((id) => groupAsKept(editors, id))),
    activeGroup: editors.activeGroup,
    viewStates: Object.fromEntries(states),
    expanded: [...expanded].slice(0, MAX_EXPANDED),
    views: { ...views },
  };
  for (const part of ["viewStates", "views"] as const) if (JSON.stringify(layout).length > MAX_BYTES) layout[part] = {};
  if (JSON.stringify(layout).length > MAX_BYTES) layout.expanded = [];
  return layout;
}

function groupAsKept(editors: EditorsState, id: number): Layout["columns"][number][number] {
  const { tabs, active } = editors.groups[id] ?? { tabs: [], active: null };
  const at = tabs.findIndex((tab) => tab.id === active);
  return { id, tabs: tabs.map(({ input, preview }) => ({ input, preview })), active: at < 0 ? null : at };
}

/** Cursor and scroll without what contributions to the editor remember, where that is much. */
function smaller(state: unknown): unknown {
  if (typeof state !== "object" || state === null || JSON.stringify(state).length <= MAX_VIEW_STATE) return state;
  return { ...state, contributionsState: {} };
}
