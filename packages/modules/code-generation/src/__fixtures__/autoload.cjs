// What @fastify/autoload does with a folder of plugins, for projects that load theirs with it.
const { readdirSync } = require("node:fs");
const { join, relative, dirname } = require("node:path");

module.exports = async function autoload(fastify, { dir }) {
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name !== "index.js") continue;
    const file = join(entry.parentPath, entry.name);
    fastify.register(require(file), { prefix: `/${relative(dir, dirname(file))}` });
  }
};
