import { expect, it } from "vitest";
import { isPrivateAddress } from "./private-address.ts";

it.each([
  "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.1.1", "198.19.0.1", "224.0.0.1", "255.255.255.255",
  "::", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:ffff:a00:1", "::127.0.0.1", "64:ff9b::7f00:1", "fe80::1", "fe80::1%eth0", "fd00::1", "ff02::1", "2002:7f00:1::", "2001:db8::1", "2001::1", "not an address", "", "127.1", "0x7f.1",
])("%s is private", (address) => expect(isPrivateAddress(address)).toBe(true));

it.each(["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "192.169.0.1", "2606:4700:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "::ffff:808:808"])("%s is public", (address) => expect(isPrivateAddress(address)).toBe(false));
