import { isExposed as kernels } from "@coder/shared/server";
import { expect, test } from "vitest";
import { isExposed } from "./address.mjs";

test("the launcher's notion of who can reach the product is the kernel's", () => {
  const hosts = ["localhost", "LocalHost", "a.localhost", "127.0.0.1", "127.9.9.9", "127.1", "127.evil.example", "::1", "[::1]", "::", "0.0.0.0", "10.0.0.1", "ide.example", "localhost.example"];
  const urls = [null, "http://localhost", "http://[::1]:3000", "http://127.0.0.1:3000/", "https://ide.example", "https://10.0.0.1"];
  const cases = hosts.flatMap((host) => urls.map((publicUrl) => ({ host, publicUrl })));
  expect(cases.map(isExposed)).toEqual(cases.map(kernels));
  expect(new Set(cases.map(isExposed))).toEqual(new Set([true, false]));
});
