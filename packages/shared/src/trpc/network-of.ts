/**
 * Whom an allowance per address counts for: an IPv4 address, or the first half of an IPv6 one. One line at home or one rented
 * machine has a whole half (2^64 addresses), so counting each of them would limit nobody.
 */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0");
  const all = [...left, ...(tail === undefined ? [] : zeros), ...right];
  return `${all.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "").toLowerCase()).join(":")}::/64`;
}

function groups(text: string): readonly string[] {
  return text === "" ? [] : text.split(":");
}
