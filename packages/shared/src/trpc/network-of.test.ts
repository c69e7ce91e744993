import fc from "fast-check";
import { expect, it } from "vitest";
import { networkOf } from "./network-of.ts";

it.each([
  ["192.0.2.1", "192.0.2.1"],
  ["in-process", "in-process"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002::1", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::", "fe80:0:0:0::/64"],
])("%s counts as %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

it("is the same for all addresses of one line, and another for the next", () => {
  const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
  const half = fc.array(group, { minLength: 4, maxLength: 4 });
  fc.assert(fc.property(half, half, half, (line, one, other) => networkOf([...line, ...one].join(":")) === networkOf([...line, ...other].join(":"))));
  fc.assert(fc.property(half, half, (line, rest) => networkOf([...line, ...rest].join(":")) !== networkOf([...line.slice(0, 3), line[3] === "1" ? "2" : "1", ...rest].join(":"))));
});
