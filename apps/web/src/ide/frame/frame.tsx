"use client";

import { useEffect, useRef } from "react";
import { Group, Panel, Separator, usePanelRef } from "react-resizable-panels";
import { cx } from "#lib/cx.ts";
import { useStore } from "#lib/store.ts";
import { NARROW, useMedia } from "#lib/use-media.ts";
import { EditorArea } from "../editors/editor-area.tsx";
import { useIde } from "../ide-context.ts";
import { IDE_PANELS, IDE_VIEWS } from "../views.ts";
import { focusView } from "./focus-view.ts";
import styles from "./frame.module.css";
import { CHAT, PANEL, SIDE_BAR } from "./frame-store.ts";
import { ChatArea, ChatBar, useMayChat } from "./chat-area.tsx";
import { PanelArea } from "./panel-area.tsx";
import { SideBar } from "./side-bar.tsx";
import { usePanels } from "./use-panels.ts";

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
    return focusView(id, codeOf(id), () => {
      handled.current = count;
    });
  }, [id, count]);
}

async function codeOf(id: string): Promise<void> {
  const code = id === "chat" ? ChatBar : [...IDE_VIEWS, ...IDE_PANELS].find((view) => view.id === id)?.component;
  await code?.preload();
}
