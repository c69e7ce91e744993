import type { ModelPrice, ProbeCheck } from "@coder/api/ai-service";

/** Millionths of a US dollar. */
export function dollars(micro: number): string {
  const amount = micro / 1_000_000;
  return `$${amount.toFixed(amount > 0 && amount < 0.01 ? 6 : 2)}`;
}

export function priceText({ source, input, output, date }: ModelPrice): string {
  if (source === "free") return "Free";
  if (input === null || output === null) return "Unknown";
  return `${dollars(input)} in, ${dollars(output)} out${source === "operator" ? ", set by the operator" : `, of ${date ?? ""}`}`;
}

export const CHECK_TEXTS: Readonly<Record<ProbeCheck["name"], string>> = {
  reach: "Can be reached",
  model: "Offers the model",
  chat: "Answers",
  stream: "Streams",
  tools: "Uses tools",
  json: "Keeps to JSON",
};
