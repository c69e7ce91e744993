"use client";

import { FillSlot } from "#shell/slots.tsx";
import { IDE_STATUS_ITEMS } from "../views.ts";
import { ViewBoundary } from "./view-boundary.tsx";

/** What an open project shows in the status bar. */
export function StatusFill() {
  return (["start", "end"] as const).map((side) => (
    <FillSlot key={side} name={`status-${side}`}>
      {IDE_STATUS_ITEMS.filter((item) => item.side === side).map(({ id, component: Item }) => (
        <ViewBoundary key={id} quiet>
          <Item />
        </ViewBoundary>
      ))}
    </FillSlot>
  ));
}
