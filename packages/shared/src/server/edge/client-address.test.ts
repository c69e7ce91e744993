import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clientAddress, plainAddress, trustedProxies } from "./client-address.ts";

describe("trustedProxies", () => {
  it.each(["10.0.0.0/33", "10.0.0", "proxy.example", "::1/129", "10.0.0.0/8/8", "10.0.0.0/-1", "10.0.0.0/x"])("names %s as no address", (entry) => {
    expect(() => trustedProxies([entry])).toThrow(expect.objectContaining({ code: "trusted_proxy_invalid", message: expect.stringContaining(entry) }));
  });

  it("knows single addresses and networks of both families", () => {
    const trusted = trustedProxies(["10.0.0.7", " 192.168.0.0/16", "fd00::/8"]);
    expect(["10.0.0.7", "192.168.9.9", "fd12::1"].map(trusted)).toEqual([true, true, true]);
    expect(["10.0.0.8", "192.169.0.1", "fe80::1", "nonsense"].map(trusted)).toEqual([false, false, false, false]);
  });
});

describe("clientAddress", () => {
  const trusted = trustedProxies(["10.0.0.0/8", "::1"]);

  it.each([
    ["nobody is believed without trust", "203.0.113.5", "198.51.100.1", "203.0.113.5"],
    ["one proxy", "10.0.0.1", "198.51.100.1", "198.51.100.1"],
    ["the client's own lie stays behind the first stranger", "10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"],
    ["a chain of proxies", "10.0.0.1", "198.51.100.1, 10.0.0.2, 10.0.0.3", "198.51.100.1"],
    ["rubbish ends the walk at what is known", "10.0.0.1", "198.51.100.1, rubbish", "10.0.0.1"],
    ["mapped and bracketed forms", "::ffff:10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"],
    ["a port", "::1", "198.51.100.1:80", "198.51.100.1"],
    ["no header", "10.0.0.1", undefined, "10.0.0.1"],
    ["no peer", undefined, "198.51.100.1", "unknown"],
  ])("%s", (_what, peer, header, expected) => {
    expect(clientAddress(peer, header, trusted)).toBe(expected);
  });

  it("never takes anything from a stranger's header", () => {
    fc.assert(fc.property(fc.string(), (header) => clientAddress("203.0.113.5", header, trusted) === "203.0.113.5"));
  });

  it("always gives an address, whatever a proxy hands on", () => {
    fc.assert(fc.property(fc.string(), (header) => plainAddress(clientAddress("10.0.0.1", header, trusted)) !== null));
  });
});
