"use client";

import { Component, type ReactNode, Suspense } from "react";
import { type Problem, toProblem } from "#api/problem.ts";
import { tryAgain, whenTriedAgain } from "#lib/try-again.ts";
import { ProblemState } from "#ui/states.tsx";

interface ViewBoundaryProps {
  readonly children: ReactNode;
  /** A fault shows nothing: what stands beside it tells of its own, and asks again for both. */
  readonly quiet?: boolean;
}

/** Around each part of an open project: what is still being fetched, or has failed, does so alone. */
export class ViewBoundary extends Component<ViewBoundaryProps, { readonly problem: Problem | null }> {
  override state: { readonly problem: Problem | null } = { problem: null };

  static getDerivedStateFromError(error: unknown): { problem: Problem } {
    return { problem: toProblem(error) };
  }

  #giveUp = () => {};

  override componentDidCatch(): void {
    this.#giveUp = whenTriedAgain(() => this.setState({ problem: null }));
  }

  override componentWillUnmount(): void {
    this.#giveUp();
  }

  override render(): ReactNode {
    const { problem } = this.state;
    if (problem === null) return <Suspense fallback={null}>{this.props.children}</Suspense>;
    return this.props.quiet === true ? null : <ProblemState problem={problem} onRetry={tryAgain} />;
  }
}
