"use client";

import { Dialog } from "radix-ui";
import type { ReactNode } from "react";
import palette from "#commands/palette.module.css";

interface QuickInputProps {
  readonly title: string;
  readonly onClose: () => void;
  /** Whether what was chosen takes the focus; otherwise it returns to where it came from. Asked when it closes. */
  readonly leavesFocus?: () => boolean;
  readonly children: ReactNode;
}

/** The frame of everything that is chosen by typing: it stands where the palette does. */
export function QuickInput({ title, onClose, leavesFocus = () => false, children }: QuickInputProps) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className={palette.overlay} />
        <Dialog.Content className={palette.palette} aria-describedby={undefined} onCloseAutoFocus={(event) => leavesFocus() && event.preventDefault()}>
          <Dialog.Title className="visually-hidden">{title}</Dialog.Title>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
