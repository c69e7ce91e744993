"use client";

import { useEffect, useRef } from "react";
import { Group, Panel, Separator, usePanelRef } from "react-resizable-panels";
import { cx } from "#lib/cx.ts";
import { useStore } from "#lib/store.ts";
import { NARROW, useMedia } from "#lib/use-media.ts";
import { focusRegion, focusStart } from "#shell/regions.ts";
import { EditorArea } from "../editors/editor-area.tsx";
import { useIde } from "../ide-context.ts";
import styles from "./frame.module.css";
import { CHAT, PANEL, SIDE_BAR } from "./frame-store.ts";
import { ChatArea, useMayChat } from "./chat-area.tsx";
import { PanelArea } from "./panel-area.tsx";
import { SideBar } from "./side-bar.tsx";
import { usePanels } from "./use-panels.ts";

/** About a second: afterwards a view stands empty or says why it does not stand at all. */
const FOCUS_FRAMES = 60;

/** Side bar, editors and panel of a project. On a phone one of them at a time. */
export function Frame() {
  const narrow = useMedia(NARROW);
  useViewFocus();
  return narrow ? <NarrowFrame /> : <WideFrame />;
}

function WideFrame() {
  const { frame } = useIde();
  const { sideBar, panel, chat } = useStore(frame);
  const mayChat = useMayChat();
  const side = usePanelRef();
  const right = usePanelRef();
  const bottom = usePanelRef();
  const panels = usePanels();
  const panelShown = panel.visible && panels.length > 0;
  const keepWidths = () => {
    if (side.current) frame.setWidth(Math.round(side.current.getSize().inPixels));
    if (right.current) frame.setChatWidth(Math.round(right.current.getSize().inPixels));
  };
  return (
    <Group className={styles.frame} onLayoutChanged={(_layout, { isUserInteraction }) => isUserInteraction && keepWidths()}>
      {sideBar.visible ? (
        <>
          <Panel id="side" panelRef={side} className={styles.cell} defaultSize={sideBar.width} minSize={SIDE_BAR.min} maxSize="70%" groupResizeBehavior="preserve-pixel-size">
            <SideBar />
          </Panel>
          <Separator className={cx(styles.sash, styles.vertical)} aria-label="Width of the side bar" />
        </>
      ) : null}
      <Panel id="main" className={styles.cell} minSize={200}>
        <Group orientation="vertical" onLayoutChanged={(_layout, { isUserInteraction }) => isUserInteraction && bottom.current && frame.setHeight(Math.round(bottom.current.getSize().inPixels))}>
          <Panel id="editors" className={styles.cell} minSize={80}>
            <EditorArea />
          </Panel>
          {panelShown ? (
            <>
              <Separator className={cx(styles.sash, styles.horizontal)} aria-label="Height of the panel" />
              <Panel id="panel" panelRef={bottom} className={styles.cell} defaultSize={firstHeight(panel.height)} minSize={PANEL.min} maxSize="85%" groupResizeBehavior="preserve-pixel-size">
                <PanelArea />
              </Panel>
            </>
          ) : null}
        </Group>
      </Panel>
      {chat.visible && mayChat ? (
        <>
          <Separator className={cx(styles.sash, styles.vertical)} aria-label="Width of the chat" />
          <Panel id="chat" panelRef={right} className={styles.cell} defaultSize={chat.width} minSize={CHAT.min} maxSize="60%" groupResizeBehavior="preserve-pixel-size">
            <ChatArea />
          </Panel>
        </>
      ) : null}
    </Group>
  );
}

/** Until somebody gives it a height, no more than a third of a small window: what is worked on is above it. */
function firstHeight(height: number): number {
  return height === PANEL.initial ? Math.max(PANEL.min, Math.min(height, Math.round(window.innerHeight * 0.3))) : height;
}

function NarrowFrame() {
  const { frame } = useIde();
  const { sideBar, panel, chat } = useStore(frame);
  const panels = usePanels();
  const mayChat = useMayChat();
  const { id: asked } = useStore(frame.focus);
  // Whichever of the two side bars was asked for last.
  if (chat.visible && mayChat && (asked === "chat" || !sideBar.visible)) return <div className={styles.frame}><ChatArea /></div>;
  return <div className={styles.frame}>{sideBar.visible ? <SideBar /> : panel.visible && panels.length > 0 ? <PanelArea /> : <EditorArea />}</div>;
}

/** Puts the focus into a view that was asked for, once it is there. */
function useViewFocus(): void {
  const { frame } = useIde();
  const { id, count } = useStore(frame.focus);
  const handled = useRef(count);
  useEffect(() => {
    if (count === handled.current) return;
    let frameId = 0;
    const find = () => document.querySelector<HTMLElement>(`[data-view="${id}"]`);
    // The next key is meant for it already.
    const now = find();
    const begun = now !== null && focusStart(now) ? document.activeElement : null;
    const attempt = (left: number) => {
      const view = find();
      // A menu that it was chosen from has given the focus back by now. Where it has nothing that it begins with, what can be used first will do, though not before that had its time to come.
      if (view && ((begun !== null && view.contains(document.activeElement)) || focusStart(view) || (left === 0 && focusRegion(view)))) handled.current = count;
      else if (left > 0) {
        // Until then keys go nowhere: not into the text that was left, nor to a button that happens to be there.
        if (view && !view.contains(document.activeElement)) view.focus({ preventScroll: true });
        frameId = requestAnimationFrame(() => attempt(left - 1));
      }
    };
    // The code of a view may still be on its way.
    frameId = requestAnimationFrame(() => attempt(FOCUS_FRAMES));
    return () => cancelAnimationFrame(frameId);
  }, [id, count]);
}
