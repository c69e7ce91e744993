/** How a project is set up besides its framework. */
export interface Setup {
  readonly runner: "vitest" | "jest" | "mocha" | "node:test";
  readonly validation: "none" | "zod" | "ajv" | "typebox";
}

const SCRIPTS = { vitest: "vitest run", jest: "jest", mocha: "mocha", "node:test": "node --test" } as const;

function manifest({ runner, validation }: Setup, dependencies: Readonly<Record<string, string>>, type: "module" | "commonjs"): string {
  const checks = validation === "none" ? {} : { [validation === "typebox" ? "@sinclair/typebox" : validation]: "*" };
  return JSON.stringify({ name: "sample", type, scripts: { test: SCRIPTS[runner] }, dependencies: { ...dependencies, ...checks } }, null, 2);
}

const USERS = `export interface User {
  id: number;
  name: string;
}

export const users: User[] = [
  { id: 1, name: "Ada" },
  { id: 2, name: "Alan" },
];
`;

/** Small projects, each written in a way of its own. */
export const PROJECTS = {
  "express-ts": (setup: Setup) => ({
    "package.json": manifest(setup, { express: "^5.0.0" }, "module"),
    "tsconfig.json": "{}",
    "src/app.ts": `import express from "express";\nimport { postsRouter } from "./routes/posts.routes.js";\n\nexport const app = express();\napp.use(express.json());\napp.use("/api/posts", postsRouter);\n`,
    "src/routes/posts.routes.ts": `import { Router } from "express";\n\nexport const postsRouter = Router();\n\npostsRouter.get("/:id", (req, res) => {\n  res.status(404).json({ error: \`No post \${req.params.id}\` });\n});\n`,
    "src/data/users.ts": USERS,
  }),
  "express-factory-ts": (setup: Setup) => ({
    "package.json": manifest(setup, { express: "^4.18.0" }, "commonjs"),
    "tsconfig.json": "{}",
    "src/server.ts": `import express from 'express'\nimport postRoutes from './api/post'\n\nexport function createServer() {\n\tconst app = express()\n\tapp.use(express.json())\n\tapp.use('/api/posts', postRoutes)\n\treturn app\n}\n`,
    "src/api/post.ts": `import { Router } from 'express'\n\nconst router = Router()\n\nrouter.get('/:id', (req, res) => {\n\tres.status(404).json({ success: false, message: 'Post not found' })\n})\n\nexport default router\n`,
    "src/services/user.service.ts": `export interface User {\n\tid: string\n\tname: string\n}\n\nconst users = new Map<string, User>()\n\nexport const userService = {\n\tasync findById(id: string): Promise<User | undefined> {\n\t\treturn users.get(id)\n\t},\n\tasync create(values: Omit<User, 'id'>): Promise<User> {\n\t\tconst user = { id: 'u1', ...values }\n\t\tusers.set(user.id, user)\n\t\treturn user\n\t},\n\tasync update(id: string, values: Partial<User>): Promise<User | undefined> {\n\t\tconst user = users.get(id)\n\t\treturn user && Object.assign(user, values)\n\t},\n}\n`,
  }),
  "express-js": (setup: Setup) => ({
    "package.json": manifest(setup, { express: "^4.18.0" }, "commonjs"),
    "index.js": `'use strict'\n\nvar express = require('express')\n\nvar app = module.exports = express()\n\nvar users = [\n  { id: '1', name: 'tj' },\n  { id: '2', name: 'tobi' }\n]\n\napp.get('/api/posts/:id', function (req, res) {\n  res.status(404).send('No such post')\n})\n\nif (!module.parent) {\n  app.listen(3000)\n}\n`,
    "test/index.js": `var assert = require('node:assert')\ndescribe('posts', function () {\n  it('is there', function () { assert.ok(users) })\n})\n`,
  }),
  "fastify-ts": (setup: Setup) => ({
    "package.json": manifest(setup, { fastify: "^5.0.0" }, "module"),
    "tsconfig.json": "{}",
    "src/app.ts": `import Fastify from "fastify";\nimport { postsRoutes } from "./routes/posts.js";\n\nexport async function buildApp() {\n  const app = Fastify();\n  await app.register(postsRoutes, { prefix: "/api/posts" });\n  return app;\n}\n`,
    "src/routes/posts.ts": `import type { FastifyPluginAsync } from "fastify";\n\nexport const postsRoutes: FastifyPluginAsync = async (fastify) => {\n  fastify.get("/:id", async (_request, reply) => {\n    return reply.code(404).send({ message: "Post not found" });\n  });\n};\n`,
    "src/data/users.ts": USERS,
  }),
  "fastify-js": (setup: Setup) => ({
    "package.json": manifest(setup, { fastify: "^4.0.0", "@fastify/autoload": "^5.0.0" }, "commonjs"),
    "app.js": `'use strict'\n\nconst path = require('node:path')\nconst AutoLoad = require('@fastify/autoload')\n\nmodule.exports = async function (fastify, opts) {\n  fastify.register(AutoLoad, {\n    dir: path.join(__dirname, 'routes'),\n    options: Object.assign({}, opts)\n  })\n}\n`,
    "routes/api/posts/index.js": `'use strict'\n\nmodule.exports = async function (fastify, opts) {\n  fastify.get('/:id', async function (request, reply) {\n    return reply.code(404).send({ error: 'Not found' })\n  })\n}\n`,
  }),
  "next-app": (setup: Setup) => ({
    "package.json": manifest(setup, { next: "16.0.0", react: "19.0.0" }, "module"),
    "tsconfig.json": "{}",
    "src/app/api/posts/route.ts": `import { NextResponse } from "next/server";\n\nexport async function GET() {\n  return NextResponse.json([]);\n}\n`,
    "src/app/page.ts": "export default function Page() {\n  return null;\n}\n",
    "src/lib/users.ts": USERS,
  }),
  "next-pages": (setup: Setup) => ({
    "package.json": manifest(setup, { next: "14.0.0", react: "18.0.0" }, "commonjs"),
    "tsconfig.json": "{}",
    "pages/api/posts/index.ts": `import type { NextApiRequest, NextApiResponse } from "next";\n\nexport default function handler(req: NextApiRequest, res: NextApiResponse) {\n  if (req.method === "GET") {\n    res.status(200).json([]);\n    return;\n  }\n  res.status(405).json({ message: "Not allowed" });\n}\n`,
    "pages/api/books/index.ts": `import type { NextApiRequest, NextApiResponse } from "next";\n\nexport default function handler(req: NextApiRequest, res: NextApiResponse) {\n  if (req.method === "POST") {\n    res.status(201).json({});\n    return;\n  }\n  res.status(405).json({ message: "Not allowed" });\n}\n`,
    "lib/users.ts": USERS,
  }),
} as const;
export type ProjectKind = keyof typeof PROJECTS;
