import type { TypePlace } from "@coder/api/code-generation";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { snapshotOf } from "../__fixtures__/snapshot.ts";
import { NO_WORDS, type ProjectWords } from "./project-words.ts";
import { readSentence, readWith } from "./read-sentence.ts";

const TYPES = ["User", "Order", "OrderItem", "Product", "Customer"].map((name): TypePlace => ({ name, kind: "interface", path: "src/types.ts", line: 1 }));
const words: ProjectWords = { ...NO_WORDS, types: TYPES };

/** `POST /orders create Order items:string[] total:number`, or `50 User json`. */
function said(sentence: string, known = words): string {
  const { endpoint, testData, missing } = readWith(sentence, known);
  const open = missing.length > 0 ? ` ?${missing.map(({ field }) => field).join(",")}` : "";
  if (endpoint) return [endpoint.method, endpoint.path, endpoint.action, endpoint.entity, ...endpoint.params.map(({ name, type }) => `:${name}=${type}`), ...endpoint.fields.map(({ name, type, list, optional }) => `${name}:${type}${list ? "[]" : ""}${optional ? "?" : ""}`)].join(" ") + open;
  if (testData) return testData.tables.map(({ type, rows }) => `${rows ?? "-"} ${type ?? "-"}`).join(" + ") + ` ${testData.format}${testData.edgeCases ? " edge" : ""}${testData.locale === "en" ? "" : ` ${testData.locale}`}${testData.key === "1" ? "" : ` key=${testData.key}`}` + open;
  return `-${open}`;
}

const SAID: readonly (readonly [string, string])[] = [
  ["add an endpoint that returns a user by id", "GET /users/:id get User"],
  ["Add an endpoint which returns one user by its id.", "GET /users/:id get User"],
  ["POST /orders creates an order with items and total", "POST /orders create Order items:string[] total:number"],
  ["GET /users/:id", "GET /users/:id get User"],
  ["GET /users", "GET /users list User"],
  ["get /users", "GET /users list User"],
  ["DELETE /sessions/:id", "DELETE /sessions/:id delete Session"],
  ["list all products", "GET /products list Product"],
  ["endpoint that lists products", "GET /products list Product"],
  ["an endpoint to delete a comment by id", "DELETE /comments/:id delete Comment"],
  ["remove a tag by id", "DELETE /tags/:id delete Tag"],
  ["PUT /users/{id} updates a user with name and email", "PUT /users/:id update User name:string email:email"],
  ["PATCH /users/[id] with name", "PATCH /users/:id update User name:string"],
  ["PATCH /articles/:slug with title and body", "PATCH /articles/:slug update Article title:string body:string"],
  ["create an endpoint for creating products with name, price:number and optional description", "POST /products create Product name:string price:number description:string?"],
  ["I need a route that lists order items", "GET /order-items list OrderItem"],
  ["fetch invoice by uuid", "GET /invoices/:uuid get Invoice :uuid=uuid"],
  ["endpoint that returns users", "GET /users list User"],
  ["return a user", "GET /users/:id get User"],
  ["get all users", "GET /users list User"],
  ["show a product by sku", "GET /products/:sku get Product"],
  ["find a customer by email", "GET /customers/:email get Customer"],
  ["update an order by id with status", "PATCH /orders/:id update Order status:string"],
  ["please add a GET endpoint which returns all blog posts", "GET /blog-posts list BlogPost"],
  ["register a user with email, first name and age (integer)", "POST /users create User email:email firstName:string age:integer"],
  ["add a route to update a customer with name and isActive", "PATCH /customers/:id update Customer name:string isActive:boolean"],
  ["GET /users/:userId/orders lists the orders of a user", "GET /users/:userId/orders list Order"],
  ["expose an api that returns every order", "GET /orders list Order"],
  ["POST /products with name: string, tags: string[], price as number", "POST /products create Product name:string tags:string[] price:number"],
  ["POST /events with title and date startsAt", "POST /events create Event title:string startsAt:date"],
  ["build an endpoint that deletes an order item by id", "DELETE /order-items/:id delete OrderItem"],
  ["write a handler that creates a category with title", "POST /categories create Category title:string"],
  ["an endpoint that looks up a person by id", "GET /people/:id get Person"],
  ["POST /api/v1/addresses creates an address with street, city and zip", "POST /api/v1/addresses create Address street:string city:string zip:string"],
  ["rename a product by id with name", "PATCH /products/:id update Product name:string"],
  ["POST /users with email (optional) and name", "POST /users create User email:email? name:string"],
  ["an endpoint returning a list of customers", "GET /customers list Customer"],
  ["add endpoint GET /api/books/:isbn", "GET /api/books/:isbn get Book"],
  ["Could you add an endpoint for deleting an order by its id?", "DELETE /orders/:id delete Order"],
  ["I want to be able to fetch a product by slug", "GET /products/:slug get Product"],
  ["add GET /api/v2/invoices that lists all invoices", "GET /api/v2/invoices list Invoice"],
  ["endpoint: get customer by id", "GET /customers/:id get Customer"],
  ["POST /api/users to create a user with name and email", "POST /api/users create User name:string email:email"],
  // What is missing is asked.
  ["an endpoint", "    ?entity,action,method,path"],
  ["add endpoint /health", " /health  Health ?action,method"],
  ["POST /login", "POST /login create Login ?fields"],
  ["create an order", "- ?generator"],
  ["do something nice", "- ?generator"],
  ["add an endpoint that creates an invoice", "POST /invoices create Invoice ?fields"],
  // Test data.
  ["generate 50 test users from the User type", "50 User json"],
  ["50 users", "50 User json"],
  ["20 orders and 5 customers as csv", "20 Order + 5 Customer csv"],
  ["100 products with edge cases", "100 Product json edge"],
  ["generate test data for Order", "- Order json ?tables.0.rows"],
  ["fixtures for Product", "- Product json ?tables.0.rows"],
  ["make a dozen german customers as typescript", "12 Customer typescript de"],
  ["create 10k users", "10000 User json"],
  ["seed the database with 30 order items", "30 OrderItem json"],
  ["1,000 test orders as json", "1000 Order json"],
  ["give me twenty fake products", "20 Product json"],
  ["mock data: 5 OrderItem rows", "5 OrderItem json"],
  ["generate 3 french users with key demo", "3 User json fr key=demo"],
  ["a hundred orders as typescript with edge cases", "100 Order typescript edge"],
  ["10 rows of Customer", "10 Customer json"],
  ["sample data of 15 customers in csv", "15 Customer csv"],
  ["20000 users", "20000 User json ?tables.0.rows"],
  ["30 test invoices", "30 Invoice json ?tables.0.type"],
  ["test data", "- - json ?tables.0.type,tables.0.rows"],
];

describe("sentences", () => {
  it("are more than sixty", () => {
    expect(SAID.length).toBeGreaterThanOrEqual(60);
  });

  it.each(SAID)("%s", (sentence, expected) => {
    expect(said(sentence)).toBe(expected);
  });

  it.each(SAID)("are complete where nothing is asked, and only there: %s", (sentence) => {
    const { missing, input } = readWith(sentence, words);
    expect(input === null).toBe(missing.length > 0);
  });

  it("mark what was understood in the words themselves, in their order", () => {
    const sentence = "add an endpoint that returns a user by id";
    const { understood } = readWith(sentence, words);
    expect(understood.map(({ start, end, field }) => [sentence.slice(start, end), field])).toEqual([["returns", "action"], ["user", "entity"], ["id", "params.0.name"]]);
  });

  it("say what was taken for granted, and why", () => {
    const { assumed } = readWith("return a user by id", { ...words, prefix: { value: "/api", reason: "All other routes lie below /api" } });
    expect(assumed).toEqual([
      { field: "method", value: "GET", reason: "That is usually done with GET" },
      { field: "path", value: "/api/users/:id", reason: "All other routes lie below /api" },
    ]);
  });

  it("take fields and ids from the project's types", () => {
    const files = { "package.json": `{"dependencies":{"express":"5"}}`, "app.ts": `import express from "express"; export const app = express(); app.get("/api/v1/a/:id", (req, res) => res.end());`, "types.ts": "export interface Order { id: number; items: string[]; total: number; note?: string }" };
    const { input, assumed } = readSentence("add an endpoint that creates an order", snapshotOf(files));
    expect(input).toMatchObject({ path: "/api/v1/orders", fields: [{ name: "items", list: true }, { name: "total", type: "number" }, { name: "note", optional: true }] });
    expect(assumed).toContainEqual({ field: "fields", value: "items, total, note", reason: "They are the fields of Order in types.ts" });
    expect(readSentence("return an order by id", snapshotOf(files)).input).toMatchObject({ params: [{ name: "id", type: "integer" }] });
  });

  it("ask which file where several have a type of the name", () => {
    const { missing } = readWith("5 users", { ...words, types: [...TYPES, { name: "User", kind: "zod", path: "src/other.ts", line: 3 }] });
    expect(missing).toEqual([{ field: "tables.0.path", question: expect.stringContaining("User"), options: ["src/types.ts", "src/other.ts"] }]);
  });

  it("mean the same however they are spaced and ended", () => {
    fc.assert(
      fc.property(fc.constantFrom(...SAID.map(([sentence]) => sentence)), fc.constantFrom(" ", "  "), fc.constantFrom("", ".", " please"), (sentence, space, end) => {
        fc.pre(!(end === "." && /\/\S*$/.test(sentence)));
        expect(said(`${sentence.replaceAll(" ", space)}${end}`)).toBe(said(sentence));
      }),
      { numRuns: 150 },
    );
  });

  it("never fail, whatever is written, and mark only what is there", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 200 }), fc.array(fc.constantFrom("add", "GET", "/users/:id", "returns", "a", "user", "by", "id", "with", "name", ",", "50", "test", "type", "and", "/", "::", "(", "optional", "POST", "9999999999999"), { maxLength: 14 }).map((parts) => parts.join(" "))), (sentence) => {
        const { understood, input, missing } = readWith(sentence, words);
        let at = 0;
        for (const { start, end } of understood) {
          expect(start).toBeGreaterThanOrEqual(at);
          expect(end).toBeLessThanOrEqual(sentence.length);
          at = end;
        }
        expect(input === null).toBe(missing.length > 0);
      }),
      { numRuns: 500 },
    );
  });
});
