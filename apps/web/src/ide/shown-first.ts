import { EDITOR_KINDS } from "./editors/editor-kinds.ts";
import { activeTab, groupIds } from "./editors/editor-state.ts";
import { ChatBar } from "./frame/chat-area.tsx";
import type { LayoutParts } from "./layout.ts";
import { IDE_PANELS, IDE_STATUS_ITEMS, IDE_VIEWS } from "./views.ts";

/** Fetches the code of what a project shows when it opens, so that all of it appears together. `withFile`: a file is opened whatever the layout says. */
export async function fetchShown({ frame, editors }: LayoutParts, withFile: boolean): Promise<void> {
  const view = IDE_VIEWS.find(({ id }) => id === frame.sideBar.view) ?? IDE_VIEWS[0];
  const panel = IDE_PANELS.find(({ id }) => id === frame.panel.panel) ?? IDE_PANELS[0];
  const kinds = new Set(groupIds(editors).flatMap((id) => activeTab(editors, id)?.input.kind ?? []));
  if (withFile) kinds.add("file");
  const parts = [
    ...(frame.sideBar.visible ? [view?.component, view?.actions] : []),
    ...(frame.panel.visible ? [panel?.component, panel?.actions] : []),
    ...(frame.chat.visible ? [ChatBar] : []),
    ...IDE_STATUS_ITEMS.map(({ component }) => component),
    ...Array.from(kinds, (kind) => EDITOR_KINDS[kind].component),
  ];
  await Promise.all(parts.map((part) => part?.preload()));
}
