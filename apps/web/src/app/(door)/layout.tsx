import type { ReactNode } from "react";
import { DoorFrame } from "#features/door/door-frame.tsx";
import product from "../../../package.json" with { type: "json" };

export default function DoorLayout({ children }: { readonly children: ReactNode }) {
  return <DoorFrame version={product.version}>{children}</DoorFrame>;
}
