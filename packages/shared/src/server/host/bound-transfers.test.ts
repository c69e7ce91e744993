import { expect, it } from "vitest";
import { vaultProduct, vaultTransfers } from "../edge/__fixtures__/vault-product.ts";
import { boundTransfers } from "./bound-transfers.ts";

const { bindings } = vaultProduct();
const vault = { name: "big-vault", transfers: vaultTransfers };

it("names a module's transfers like its procedures", () => {
  expect(boundTransfers(vault, bindings).map(({ name, definition }) => [name, definition.method])).toEqual([["bigVault.store", "PUT"], ["bigVault.fetch", "GET"]]);
  expect(boundTransfers({ name: "empty" }, [])).toEqual([]);
});

it("stops the start of a module that binds them wrongly, and says which", () => {
  expect(() => boundTransfers(vault, bindings.slice(0, 1))).toThrow("bigVault.fetch is bound to no handler in the setup of big-vault");
  expect(() => boundTransfers(vault, [...bindings, ...bindings])).toThrow("bigVault.store is bound twice");
  expect(() => boundTransfers({ name: "other", transfers: {} }, bindings)).toThrow("other binds PUT /vault/{box}, which its manifest does not list");
});
