import { describe, expect, it } from "vitest";
import { fileAddress, readablePath } from "./file-address.ts";

describe("a path in an address", () => {
  it("is itself while it is text", () => {
    expect(fileAddress("src/ünïcode 🚀.ts")).toEqual({ path: "src/ünïcode 🚀.ts" });
  });

  it("goes as its bytes where it is not", () => {
    const address = fileAddress("a/caf\udce9-é🚀");
    expect("pathBytes" in address && [...Buffer.from(address.pathBytes, "base64url")]).toEqual([...Buffer.from("a/caf"), 0xe9, ...Buffer.from("-é🚀")]);
  });

  it("shows the bytes that are no text", () => {
    expect(readablePath("caf\udce9 🚀")).toBe("caf\\xE9 🚀");
  });
});
