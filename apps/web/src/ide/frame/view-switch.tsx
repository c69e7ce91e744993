"use client";

import { type KeyboardEvent, useRef } from "react";
import { count as formatCount } from "#lib/time.ts";
import { useSession } from "#features/session/session.tsx";
import { useStore } from "#lib/store.ts";
import shell from "#shell/shell.module.css";
import { FillSlot } from "#shell/slots.tsx";
import { Icon } from "#ui/icon.tsx";
import { Tooltip } from "#ui/tooltip.tsx";
import { useIde } from "../ide-context.ts";
import { IDE_VIEWS, type IdeView } from "../views.ts";
import { CHAT_KEYS, useMayChat } from "./chat-area.tsx";
import { BadgeOf } from "./badge-of.tsx";

const CHAT_VIEW = { id: "chat", title: "Chat", icon: "comment-discussion", keys: CHAT_KEYS } as const;

/** The views of the project in the activity bar, above the areas of the product. One stop for Tab; arrows move inside. */
export function ViewSwitch() {
  const session = useSession();
  const { frame } = useIde();
  const { sideBar, chat } = useStore(frame);
  const mayChat = useMayChat();
  const list = useRef<HTMLUListElement>(null);
  const views = IDE_VIEWS.filter(({ permission }) => session.may(permission));

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
    const at = buttons.findIndex((button) => button === document.activeElement);
    if (step === undefined || at < 0) return;
    event.preventDefault();
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
  };

  return (
    <FillSlot name="views">
      <ul ref={list} className={shell.activityGroup} aria-label="Views of the project" onKeyDown={onKeyDown}>
        {views.map((view) => (
          <li key={view.id}>
            <ViewButton view={view} shown={sideBar.visible && sideBar.view === view.id} stop={sideBar.view === view.id} onChoose={() => frame.toggleView(view.id)} />
          </li>
        ))}
        {mayChat ? (
          <li>
            <ViewButton view={CHAT_VIEW} shown={chat.visible} stop={false} onChoose={() => frame.toggleChat()} />
          </li>
        ) : null}
      </ul>
    </FillSlot>
  );
}

function ViewButton({ view, shown, stop, onChoose }: { readonly view: Pick<IdeView, "id" | "title" | "icon" | "keys">; readonly shown: boolean; readonly stop: boolean; readonly onChoose: () => void }) {
  const { id, title, icon, keys } = view;
  return (
    <Tooltip text={title} keys={keys} side="right">
      <button type="button" className={shell.activity} aria-pressed={shown} tabIndex={stop ? 0 : -1} onClick={onChoose}>
        <BadgeOf id={id} render={(badge) => (
            <>
              <span className="visually-hidden">{badge ? `${title}, ${badge.label}` : title}</span>
              <Icon name={icon} size={24} />
              {badge && badge.count > 0 ? (
                <span className={shell.activityBadge} aria-hidden="true">
                  {badge.count > 99 ? "99+" : formatCount(badge.count)}
                </span>
              ) : null}
            </>
          )} />
        <span className={shell.activityLabel} aria-hidden="true">
          {title}
        </span>
      </button>
    </Tooltip>
  );
}
