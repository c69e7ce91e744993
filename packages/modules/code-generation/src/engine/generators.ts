import type { Generator, GeneratorName } from "@coder/api/code-generation";
import { SUPPORTED } from "../errors.ts";

export const GENERATOR_LIST: readonly Generator[] = [
  {
    name: "http-endpoint",
    version: "3",
    title: "HTTP endpoint",
    description: "A route with its validation, its answers and its test, written and registered as the project does it",
    examples: ["add an endpoint that returns a user by id", "POST /orders creates an order with items and total"],
    supports: [...SUPPORTED],
  },
  {
    name: "test-data",
    version: "2",
    title: "Test data",
    description: "Rows of a type or schema of the project that keep to its constraints; the same key makes the same rows",
    examples: ["generate 50 test users from the User type", "20 orders and 5 customers as csv", "100 products with edge cases"],
    supports: ["TypeScript interfaces and types", "zod schemas", "JSON Schema"],
  },
];

export function versionOf(name: GeneratorName): string {
  return GENERATOR_LIST.find((generator) => generator.name === name)?.version ?? "0";
}
