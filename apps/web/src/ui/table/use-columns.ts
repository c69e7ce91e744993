"use client";

import { useCallback, useEffect, useMemo, useState } from "react";
import { z } from "zod";
import { readLocal, writeLocal } from "#lib/storage.ts";
import type { Column } from "./column.ts";

const WidthsSchema = z.record(z.string(), z.number().min(24).max(4000));
const MIN_WIDTH = 56;
/** Below this nobody drags columns, and each takes its narrow width. */
const NARROW = 520;

/** Which columns fit, how wide each is, and dragging them; remembered per table in this browser. */
export function useColumns<Row>(name: string, columns: readonly Column<Row>[], available: number) {
  const [widths, setWidths] = useState<Readonly<Record<string, number>>>({});
  useEffect(() => setWidths(WidthsSchema.safeParse(readLocal(`columns:${name}`)).data ?? {}), [name]);

  const visible = useMemo(() => columns.filter((column) => available === 0 || column.from === undefined || available >= column.from), [columns, available]);
  const narrow = available > 0 && available < NARROW;
  const widthOf = useCallback((column: Column<Row>) => (narrow ? column.narrow : widths[column.id]) ?? column.width, [narrow, widths]);
  const template = visible
    .map((column) => {
      const least = narrow ? 0 : (column.minWidth ?? MIN_WIDTH);
      return column.grow ? `minmax(${least}px, 1fr)` : `${Math.max(least, widthOf(column))}px`;
    })
    .join(" ");

  const resize = useCallback(
    (column: Column<Row>, width: number) => {
      setWidths((now) => {
        const next = { ...now, [column.id]: Math.round(Math.max(column.minWidth ?? MIN_WIDTH, Math.min(width, 1200))) };
        writeLocal(`columns:${name}`, next);
        return next;
      });
    },
    [name],
  );
  return { visible, template, widthOf, resize };
}
