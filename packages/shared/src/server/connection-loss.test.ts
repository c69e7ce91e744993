import { expect, it } from "vitest";
import { isConnectionLoss } from "./connection-loss.ts";

it.each([
  ["ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:5432"], ["ECONNRESET", ""], ["EPIPE", ""], ["EHOSTUNREACH", ""], ["08006", ""], ["57P01", "terminating connection due to administrator command"], ["57P03", "the database system is starting up"],
  ["53300", "sorry, too many clients already"], ["", "Connection terminated unexpectedly"], ["", "Query read timeout"], ["", "Stream isn't writeable and enableOfflineQueue options is false"], ["", "Reached the max retries per request limit (which is 0). Refer to \"maxRetriesPerRequest\" option for details."], ["", "Connection is closed."], ["", "Client has encountered a connection error and is not queryable"], ["", "timeout exceeded when trying to connect"],
])("%s %j is a store that is away", (code, message) => {
  expect(isConnectionLoss({ code, message })).toBe(true);
});

it.each([["23505", "duplicate key value violates unique constraint"], ["42501", "permission denied for table users"], ["57014", "canceling statement due to statement timeout"], ["53100", "could not extend file: No space left on device"], ["", "Unexpected token"]])("%s %j is not", (code, message) => {
  expect(isConnectionLoss({ code, message })).toBe(false);
});
