// Runs inside the sandbox, which has no network: gives the program that follows a proxy on the loopback, and leads it to the Unix socket that is shown here.
// node forward.mjs SOCKET PORT COMMAND ARGUMENTS…
import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";

const [socket = "", port = "", command = "", ...args] = process.argv.slice(2);
const server = createServer((client) => {
  const proxy = connect(socket);
  client.on("error", () => proxy.destroy()).pipe(proxy);
  proxy.on("error", () => client.destroy()).pipe(client);
});
server.listen(Number(port), "127.0.0.1", () => {
  const child = spawn(command, args, { stdio: "inherit" });
  child.on("error", () => process.exit(127));
  child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 128));
});
