import { expect, it } from "vitest";
import { ExecutionConfigSchema } from "./config.ts";

const { registry } = ExecutionConfigSchema.shape.install.shape;

it.each(["", "https://registry.npmjs.org/", "http://packages.internal:4873/npm"])("takes %j for a registry", (address) => {
  expect(registry.safeParse(address).success).toBe(true);
});

it.each(["registry.npmjs.org", "ftp://registry/", "file:///etc/passwd", "javascript:alert(1)", " "])("takes %j for none, and says what it must be", (text) => {
  expect(registry.safeParse(text).error?.issues).toMatchObject([{ message: expect.stringContaining("must be the http or https address") }]);
});
