"use client";

import { createContext, type ReactNode, useContext, useState } from "react";
import { createPortal } from "react-dom";
import { Store, useStorePart } from "#lib/store.ts";

/** Places of the frame that a page may fill while it is shown. */
export type SlotName = "title" | "views" | "status-start" | "status-end";

type Elements = Readonly<Partial<Record<SlotName, HTMLElement | null>>>;

const SlotsContext = createContext<Store<Elements> | null>(null);

function useSlots(): Store<Elements> {
  const slots = useContext(SlotsContext);
  if (!slots) throw new Error("Only what stands in the workbench has slots");
  return slots;
}

export function SlotsProvider({ children }: { readonly children: ReactNode }) {
  const [slots] = useState(() => new Store<Elements>({}));
  return <SlotsContext value={slots}>{children}</SlotsContext>;
}

/** Where what a page fills in stands. Takes no room of its own. */
export function Slot({ name, className }: { readonly name: SlotName; readonly className?: string | undefined }) {
  const slots = useSlots();
  const [attach] = useState(() => (element: HTMLElement | null) => slots.update((now) => ({ ...now, [name]: element })));
  return <div ref={attach} className={className} />;
}

export function FillSlot({ name, children }: { readonly name: SlotName; readonly children: ReactNode }) {
  const element = useStorePart(useSlots(), (slots) => slots[name] ?? null);
  return element ? createPortal(children, element) : null;
}
