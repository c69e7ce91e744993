"use client";

import { Fragment, useEffect } from "react";
import { Group, Panel, Separator } from "react-resizable-panels";
import { cx } from "#lib/cx.ts";
import { useStore } from "#lib/store.ts";
import { NARROW, useMedia } from "#lib/use-media.ts";
import frameStyles from "../frame/frame.module.css";
import { ViewBoundary } from "../frame/view-boundary.tsx";
import { useIde } from "../ide-context.ts";
import { CloseDialog } from "./close-dialog.tsx";
import { EditorGroup } from "./editor-group.tsx";

/** The editor groups, side by side and one above the other. On a phone there is room for the active one. */
export function EditorArea() {
  const { editors } = useIde();
  const { columns, activeGroup } = useStore(editors);
  const narrow = useMedia(NARROW);
  if (narrow) {
    return (
      <>
        <ViewBoundary key={activeGroup}>
          <EditorGroup id={activeGroup} />
        </ViewBoundary>
        <CloseDialog />
        <NoteOrigin />
      </>
    );
  }
  return (
    <>
      <Group className={frameStyles.frame}>
        {columns.map((rows, column) => (
          <Fragment key={rows.join()}>
            {column > 0 ? <Separator className={cx(frameStyles.sash, frameStyles.vertical)} aria-label="Width of the editor groups" /> : null}
            <Panel id={`column-${rows.join("-")}`} className={frameStyles.cell} minSize={160}>
              <Group orientation="vertical" className={frameStyles.frame}>
                {rows.map((id, row) => (
                  <Fragment key={id}>
                    {row > 0 ? <Separator className={cx(frameStyles.sash, frameStyles.horizontal)} aria-label="Height of the editor groups" /> : null}
                    <Panel id={`group-${id}`} className={frameStyles.cell} minSize={90}>
                      <ViewBoundary>
                        <EditorGroup id={id} />
                      </ViewBoundary>
                    </Panel>
                  </Fragment>
                ))}
              </Group>
            </Panel>
          </Fragment>
        ))}
      </Group>
      <CloseDialog />
      <NoteOrigin />
    </>
  );
}

/** Notes where the focus was when a pane was asked to take it: its code or its text may come later. Draws nothing. */
function NoteOrigin() {
  const { editors } = useIde();
  const request = useStore(editors.request);
  useEffect(() => {
    if (request) editors.originOf(request);
  }, [request, editors]);
  return null;
}
