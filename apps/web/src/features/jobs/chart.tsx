"use client";

import { useEffect, useMemo, useRef, useState } from "react";
import type UPlot from "uplot";
import { cx } from "#lib/cx.ts";
import "uplot/dist/uPlot.min.css";
import styles from "./chart.module.css";
import { useColors } from "./use-colors.ts";

const TOKENS = {
  good: "--state-info", bad: "--state-error", second: "--state-warning", text: "--descriptionForeground", grid: "--panel-border", ground: "--editor-background",
} as const;
type Color = "good" | "bad" | "second";

export interface Series {
  readonly label: string;
  readonly color: Color;
  readonly kind: "bars" | "line" | "dashes";
  /** One for each time; null where there is nothing to tell. */
  readonly values: readonly (number | null)[];
}

type Look = Pick<Series, "color" | "kind">;

interface ChartProps {
  readonly title: string;
  /** What it shows, for those who do not see it. */
  readonly summary: string;
  /** Seconds since 1970, rising. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  /** Short, for the scale. */
  readonly formatTick: (value: number) => string;
  readonly formatTime: (seconds: number) => string;
}

const HEIGHT = 92;

/** A small chart over time. Bars stand on each other; the first series lies in front. */
export function Chart({ title, summary, times, series, format, formatTick, formatTime }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const colors = useColors(TOKENS);
  const latest = useRef({ formatTick, formatTime });
  latest.current = { formatTick, formatTime };
  const shape = JSON.stringify(series.map(({ color, kind }): Look => ({ color, kind })));
  const data = useMemo(() => dataOf(times, series), [times, series]);
  const current = useRef(data);
  current.current = data;

  useEffect(() => {
    const element = frame.current;
    if (!element || !colors) return;
    const stop = new AbortController();
    const looks: readonly Look[] = JSON.parse(shape);
    void (async () => {
      const { default: Plot } = await import("uplot");
      if (stop.signal.aborted) return;
      const made = new Plot(optionsOf(Plot, element.clientWidth, looks, colors, latest, setAt), current.current, element);
      const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
      observer.observe(element);
      plot.current = made;
      stop.signal.addEventListener("abort", () => {
        observer.disconnect();
        made.destroy();
        plot.current = null;
      });
    })();
    return () => stop.abort();
  }, [colors, shape]);
  useEffect(() => plot.current?.setData(data), [data]);

  const shown = at ?? times.length - 1;
  const time = times[shown];
  return (
    <figure className={styles.chart}>
      <figcaption className={styles.caption}>
        <span className={styles.title}>{title}</span>
        <span className={styles.legend}>
          {at === null || time === undefined ? null : <span className={styles.time}>{formatTime(time)}</span>}
          {series.map(({ label, color, kind, values }) => {
            const value = values[shown] ?? null;
            return (
              <span key={label} className={styles.entry}>
                <span className={cx(styles.key, styles[kind])} data-color={color} aria-hidden="true" />
                {label} {at === null ? null : <b className={styles.value}>{value === null ? "–" : format(value)}</b>}
              </span>
            );
          })}
        </span>
      </figcaption>
      <div ref={frame} className={styles.plot} style={{ height: HEIGHT }} role="img" aria-label={`${title}: ${summary}`} />
    </figure>
  );
}

/** Bars are drawn from zero, the sum behind its parts. */
function dataOf(times: readonly number[], series: readonly Series[]): UPlot.AlignedData {
  const bars = series.filter(({ kind }) => kind === "bars");
  const stacked = series.map((one) => {
    if (one.kind !== "bars") return [...one.values];
    const below = bars.slice(0, bars.indexOf(one));
    return one.values.map((value, place) => (value ?? 0) + below.reduce((sum, other) => sum + (other.values[place] ?? 0), 0));
  });
  return [[...times], ...stacked.toReversed()];
}

function optionsOf(
  Plot: typeof UPlot, width: number, series: readonly Look[], colors: Readonly<Record<keyof typeof TOKENS, string>>, words: { readonly current: Pick<ChartProps, "formatTick" | "formatTime"> }, onHover: (at: number | null) => void,
): UPlot.Options {
  const font = "11px system-ui, sans-serif";
  const bars = Plot.paths.bars?.({ size: [0.72, 24], align: 1 });
  const axis = { stroke: colors.text, font, ticks: { show: false }, grid: { stroke: colors.grid, width: 1 } };
  return {
    width,
    height: HEIGHT,
    padding: [6, 4, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false }, points: { show: false } },
    // A time is the start of what is told of it: the last one needs its room too.
    scales: { x: { range: (plot, first, last) => [first, last + stepOf(plot.data[0])] }, y: { range: (_plot, _low, high) => [0, niceTop(high)] } },
    axes: [
      { ...axis, grid: { show: false }, size: 18, gap: 2, space: 70, values: (_plot, ticks) => ticks.map((tick) => words.current.formatTime(tick)) },
      { ...axis, size: 44, gap: 4, space: 28, values: (_plot, ticks) => ticks.map((tick) => (tick === 0 ? "" : words.current.formatTick(tick))) },
    ],
    series: [
      {},
      ...series.toReversed().map(({ color, kind }): UPlot.Series =>
        kind === "bars"
          ? { fill: colors[color], stroke: colors.ground, width: 0, points: { show: false }, ...(bars ? { paths: bars } : {}) }
          : { stroke: colors[color], width: 1.5, spanGaps: false, points: { size: 4, filter: (plot, place, shown) => (shown ? null : loneValues(plot.data[place])) }, ...(kind === "dashes" ? { dash: [5, 3] } : {}) },
      ),
    ],
    hooks: { setCursor: [({ cursor }) => onHover(cursor.idx ?? null)] },
  };
}

/** How long each of these times lasts. */
function stepOf([first = 0, second = first + 60]: ArrayLike<number> & Iterable<number>): number {
  return second - first;
}

/** Values with nothing beside them: no line leads to them. */
function loneValues(values: ArrayLike<number | null | undefined> | undefined): number[] {
  const there = (place: number) => typeof values?.[place] === "number";
  return Array.from(values ?? [], (_value, place) => place).filter((place) => there(place) && !there(place - 1) && !there(place + 1));
}

/** The next round number, so that the scale does not jump with each value. */
function niceTop(high: number | null): number {
  if (high === null || !(high > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(high));
  return ([1, 2, 5, 10].find((step) => step * power >= high) ?? 10) * power;
}
