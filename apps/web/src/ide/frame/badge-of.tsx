"use client";

import { createElement, type ReactNode } from "react";
import { IDE_PANELS, IDE_VIEWS, type ViewBadge } from "../views.ts";

interface BadgeProps {
  readonly render: (badge: ViewBadge | null) => ReactNode;
}

/** A component around a view's hook, made once: a hook that came in by a property could be another one with each drawing. */
function badgeComponent(useBadge: () => ViewBadge | null) {
  return function Badge({ render }: BadgeProps) {
    return render(useBadge());
  };
}

function NoBadge({ render }: BadgeProps) {
  return render(null);
}

const BADGES = new Map([...IDE_VIEWS, ...IDE_PANELS].map(({ id, useBadge }) => [id, useBadge ? badgeComponent(useBadge) : NoBadge]));

/** Draws something with the count that a view or panel shows beside its name. */
export function BadgeOf({ id, render }: BadgeProps & { readonly id: string }) {
  return createElement(BADGES.get(id) ?? NoBadge, { render });
}
