import type { Message, Usage } from "@coder/api/ai-service";

/** Millionths of a US dollar. */
export function costText(microUsd: number): string {
  if (microUsd === 0) return "free";
  const dollars = microUsd / 1_000_000;
  return `$${dollars.toFixed(dollars >= 1 ? 2 : dollars >= 0.001 ? 4 : 6)}`;
}

export function usageText({ inputTokens, outputTokens, costMicroUsd }: Usage): string {
  return `${inputTokens.toLocaleString("en")} in, ${outputTokens.toLocaleString("en")} out, ${costText(costMicroUsd)}`;
}

export const STATE_TEXTS: Readonly<Record<Message["state"], string | null>> = {
  running: null,
  complete: null,
  stopped: "Stopped",
  incomplete: "Incomplete",
  failed: "Failed",
};

