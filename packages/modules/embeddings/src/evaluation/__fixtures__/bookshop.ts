import type { SmallProject } from "./small-project.ts";

/** A server as people write it first: Express, CommonJS, a comment here and there, and a README that mentions everything. */
export const BOOKSHOP: SmallProject = {
  name: "bookshop (Express)",
  files: {
    "package.json": `{
  "name": "bookshop",
  "version": "1.0.0",
  "private": true,
  "main": "src/server.js",
  "scripts": {
    "start": "node src/server.js",
    "dev": "node --watch src/server.js",
    "test": "node --test test/"
  },
  "dependencies": {
    "bcryptjs": "^2.4.3",
    "express": "^4.19.2",
    "jsonwebtoken": "^9.0.2",
    "nodemailer": "^6.9.13",
    "pg": "^8.11.5"
  }
}
`,
    "README.md": `# Bookshop

The backend of a small bookshop: customers register, log in and order books.

## Getting started

Install the dependencies and start the server:

    npm install
    npm start

The server listens on http://localhost:3000. Set the environment variables DATABASE_URL, TOKEN_SECRET
and SMTP_URL before you start it.

## API

- POST /users: create a user
- POST /users/login: log in with email and password, returns a token
- GET /users/me: the user that is logged in
- GET /orders: the user's orders
- POST /orders: place an order
- DELETE /orders/:id: cancel an order

Errors are returned as JSON with a message and a status.
`,
    "src/server.js": `const { createApp } = require("./app");
const config = require("./config");
const db = require("./db");

const app = createApp();
const server = app.listen(config.port, () => {
  console.log("Listening on port " + config.port);
});

function shutdown(signal) {
  console.log(signal + " received, closing");
  server.close(async () => {
    await db.close();
    process.exit(0);
  });
  setTimeout(() => process.exit(1), 10000).unref();
}

process.on("SIGTERM", shutdown);
process.on("SIGINT", shutdown);
`,
    "src/app.js": `const express = require("express");
const users = require("./routes/users");
const orders = require("./routes/orders");
const { authenticate } = require("./middleware/authenticate");
const { notFound, errorHandler } = require("./middleware/errors");

function createApp() {
  const app = express();
  app.disable("x-powered-by");
  app.use(express.json({ limit: "100kb" }));
  app.use(authenticate);

  app.get("/health", (req, res) => res.json({ ok: true }));
  app.use("/users", users);
  app.use("/orders", orders);

  app.use(notFound);
  app.use(errorHandler);
  return app;
}

module.exports = { createApp };
`,
    "src/config.js": `function required(name) {
  const value = process.env[name];
  if (!value) throw new Error("Missing environment variable " + name);
  return value;
}

module.exports = {
  port: Number(process.env.PORT || 3000),
  databaseUrl: required("DATABASE_URL"),
  tokenSecret: required("TOKEN_SECRET"),
  tokenLifetime: "12h",
  smtpUrl: process.env.SMTP_URL || "smtp://localhost:1025",
  mailFrom: "Bookshop <orders@bookshop.example>",
};
`,
    "src/db.js": `const { Pool } = require("pg");
const config = require("./config");

const pool = new Pool({ connectionString: config.databaseUrl, max: 10 });

function query(text, params) {
  return pool.query(text, params);
}

// Runs work in a transaction; whatever it throws undoes everything.
async function transaction(work) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (err) {
    await client.query("ROLLBACK");
    throw err;
  } finally {
    client.release();
  }
}

function close() {
  return pool.end();
}

module.exports = { query, transaction, close };
`,
    "src/routes/users.js": `const express = require("express");
const User = require("../models/user");
const { hashPassword, verifyPassword } = require("../lib/password");
const { issueToken, requireUser } = require("../middleware/authenticate");
const { HttpError } = require("../middleware/errors");

const router = express.Router();

function validateRegistration(body) {
  const { email, name, password } = body;
  if (!email || !email.includes("@")) throw new HttpError(400, "A valid email is needed");
  if (!name) throw new HttpError(400, "A name is needed");
  if (!password || password.length < 10) throw new HttpError(400, "The password is too short");
  return { email: email.toLowerCase(), name, password };
}

router.post("/", async (req, res, next) => {
  try {
    const { email, name, password } = validateRegistration(req.body);
    if (await User.findByEmail(email)) throw new HttpError(409, "This email is taken");
    const user = await User.create({ email, name, passwordHash: await hashPassword(password) });
    res.status(201).json({ id: user.id, email: user.email });
  } catch (err) {
    next(err);
  }
});

router.post("/login", async (req, res, next) => {
  try {
    const { email, password } = req.body;
    const user = await User.findByEmail(String(email).toLowerCase());
    if (!user || !(await verifyPassword(password, user.password_hash))) {
      throw new HttpError(401, "Wrong email or password");
    }
    res.json({ token: issueToken(user) });
  } catch (err) {
    next(err);
  }
});

router.get("/me", requireUser, (req, res) => {
  res.json(req.user);
});

module.exports = router;
`,
    "src/routes/orders.js": `const express = require("express");
const Order = require("../models/order");
const { requireUser, requireAdmin } = require("../middleware/authenticate");
const { sendOrderConfirmation } = require("../lib/mailer");

const router = express.Router();
router.use(requireUser);

router.get("/", async (req, res, next) => {
  try {
    res.json(await Order.findByUser(req.user.id));
  } catch (err) {
    next(err);
  }
});

router.post("/", async (req, res, next) => {
  try {
    const order = await Order.place(req.user.id, req.body.items);
    await sendOrderConfirmation(req.user, order);
    res.status(201).json(order);
  } catch (err) {
    next(err);
  }
});

router.delete("/:id", async (req, res, next) => {
  try {
    await Order.cancel(req.params.id, req.user.id);
    res.status(204).end();
  } catch (err) {
    next(err);
  }
});

router.post("/:id/ship", requireAdmin, async (req, res, next) => {
  try {
    res.json(await Order.markShipped(req.params.id));
  } catch (err) {
    next(err);
  }
});

module.exports = router;
`,
    "src/models/user.js": `const db = require("../db");

async function findById(id) {
  const { rows } = await db.query("SELECT id, email, name, admin FROM users WHERE id = $1", [id]);
  return rows[0] || null;
}

async function findByEmail(email) {
  const { rows } = await db.query("SELECT * FROM users WHERE email = $1", [email]);
  return rows[0] || null;
}

async function create({ email, name, passwordHash }) {
  const { rows } = await db.query(
    "INSERT INTO users (email, name, password_hash) VALUES ($1, $2, $3) RETURNING id, email, name",
    [email, name, passwordHash]
  );
  return rows[0];
}

module.exports = { findById, findByEmail, create };
`,
    "src/models/order.js": `const db = require("../db");
const { HttpError } = require("../middleware/errors");

function totalOf(lines) {
  return lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
}

async function takeFromStock(client, bookId, quantity) {
  const { rowCount } = await client.query(
    "UPDATE books SET stock = stock - $2 WHERE id = $1 AND stock >= $2",
    [bookId, quantity]
  );
  if (rowCount === 0) throw new HttpError(409, "Not enough copies of book " + bookId);
}

async function place(userId, items) {
  if (!Array.isArray(items) || items.length === 0) throw new HttpError(400, "An order needs items");
  return db.transaction(async (client) => {
    const lines = [];
    for (const { bookId, quantity } of items) {
      await takeFromStock(client, bookId, quantity);
      const { rows } = await client.query("SELECT price FROM books WHERE id = $1", [bookId]);
      lines.push({ bookId, quantity, price: rows[0].price });
    }
    const { rows } = await client.query(
      "INSERT INTO orders (user_id, lines, total, status) VALUES ($1, $2, $3, 'open') RETURNING *",
      [userId, JSON.stringify(lines), totalOf(lines)]
    );
    return rows[0];
  });
}

async function findByUser(userId) {
  const { rows } = await db.query("SELECT * FROM orders WHERE user_id = $1 ORDER BY created_at DESC", [userId]);
  return rows;
}

// Only what has not been shipped can be cancelled.
async function cancel(id, userId) {
  const { rowCount } = await db.query(
    "UPDATE orders SET status = 'cancelled' WHERE id = $1 AND user_id = $2 AND status = 'open'",
    [id, userId]
  );
  if (rowCount === 0) throw new HttpError(404, "No open order " + id);
}

async function markShipped(id) {
  const { rows } = await db.query("UPDATE orders SET status = 'shipped' WHERE id = $1 RETURNING *", [id]);
  if (!rows[0]) throw new HttpError(404, "No order " + id);
  return rows[0];
}

module.exports = { place, findByUser, cancel, markShipped, totalOf };
`,
    "src/middleware/authenticate.js": `const jwt = require("jsonwebtoken");
const config = require("../config");
const User = require("../models/user");
const { HttpError } = require("./errors");

function issueToken(user) {
  return jwt.sign({ sub: user.id }, config.tokenSecret, { expiresIn: config.tokenLifetime });
}

// Puts the user of a bearer token into req.user.
async function authenticate(req, res, next) {
  const header = req.headers.authorization || "";
  if (!header.startsWith("Bearer ")) return next();
  try {
    const { sub } = jwt.verify(header.slice(7), config.tokenSecret);
    req.user = await User.findById(sub);
    next();
  } catch (err) {
    next(new HttpError(401, "Invalid token"));
  }
}

function requireUser(req, res, next) {
  if (!req.user) return next(new HttpError(401, "Please log in"));
  next();
}

function requireAdmin(req, res, next) {
  if (!req.user || !req.user.admin) return next(new HttpError(403, "Not allowed"));
  next();
}

module.exports = { issueToken, authenticate, requireUser, requireAdmin };
`,
    "src/middleware/errors.js": `class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

function notFound(req, res, next) {
  next(new HttpError(404, "Nothing at " + req.originalUrl));
}

// eslint-disable-next-line no-unused-vars
function errorHandler(err, req, res, next) {
  const status = err.status || 500;
  if (status >= 500) console.error(err);
  res.status(status).json({ status, message: status >= 500 ? "Internal server error" : err.message });
}

module.exports = { HttpError, notFound, errorHandler };
`,
    "src/lib/password.js": `const bcrypt = require("bcryptjs");

const ROUNDS = 12;

function hashPassword(password) {
  return bcrypt.hash(password, ROUNDS);
}

function verifyPassword(password, hash) {
  return bcrypt.compare(String(password), hash);
}

module.exports = { hashPassword, verifyPassword };
`,
    "src/lib/mailer.js": `const nodemailer = require("nodemailer");
const config = require("../config");

const transport = nodemailer.createTransport(config.smtpUrl);

async function sendOrderConfirmation(user, order) {
  await transport.sendMail({
    from: config.mailFrom,
    to: user.email,
    subject: "Your order " + order.id,
    text: "Hello " + user.name + ",\\n\\nthank you for your order over " + order.total + " EUR.\\n",
  });
}

module.exports = { sendOrderConfirmation };
`,
    "test/users.test.js": `const test = require("node:test");
const assert = require("node:assert");
const { createApp } = require("../src/app");

async function request(method, path, body) {
  const server = createApp().listen(0);
  const { port } = server.address();
  const res = await fetch("http://localhost:" + port + path, {
    method,
    headers: { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  server.close();
  return { status: res.status, body: await res.json() };
}

test("registers a user and logs in", async () => {
  const user = { email: "ada@example.com", name: "Ada", password: "correct horse" };
  const created = await request("POST", "/users", user);
  assert.strictEqual(created.status, 201);
  const login = await request("POST", "/users/login", user);
  assert.ok(login.body.token);
});

test("refuses a short password", async () => {
  const { status } = await request("POST", "/users", { email: "a@example.com", name: "A", password: "short" });
  assert.strictEqual(status, 400);
});
`,
  },
  questions: [
    ["where is a user looked up", "src/models/user.js: async function findById(", "src/models/user.js: async function findByEmail("],
    ["error handling", "src/middleware/errors.js: function errorHandler("],
    ["how are passwords hashed", "src/lib/password.js: function hashPassword("],
    ["start the server", "src/server.js: app.listen("],
    ["where is the login checked", "src/routes/users.js: router.post(\"/login\""],
    ["connect to the database", "src/db.js: new Pool("],
    ["make sure that somebody is logged in", "src/middleware/authenticate.js: function requireUser("],
    ["place an order", "src/models/order.js: async function place("],
    ["send an email when an order is placed", "src/lib/mailer.js: async function sendOrderConfirmation("],
    ["shut down cleanly when the process is stopped", "src/server.js: function shutdown("],
    ["what happens when a page does not exist", "src/middleware/errors.js: function notFound("],
    ["roll back when something fails", "src/db.js: async function transaction("],
    ["which port does it listen on", "src/config.js: port:", "src/server.js: app.listen("],
    ["create a new account", "src/models/user.js: async function create(", "src/routes/users.js: router.post(\"/\""],
    ["validate the input of a registration", "src/routes/users.js: function validateRegistration("],
    ["compute the total price of an order", "src/models/order.js: function totalOf("],
    ["are there enough books left", "src/models/order.js: async function takeFromStock("],
    ["list the orders of a customer", "src/models/order.js: async function findByUser(", "src/routes/orders.js: router.get(\"/\""],
    ["environment variables", "src/config.js: function required("],
    ["where are the routes registered", "src/app.js: app.use(\"/users\""],
    ["cancel an order", "src/models/order.js: async function cancel("],
    ["only admins may do this", "src/middleware/authenticate.js: function requireAdmin("],
    ["test for signing up", "test/users.test.js: test(\"registers a user"],
    ["how long is a token valid", "src/middleware/authenticate.js: function issueToken(", "src/config.js: tokenLifetime:"],
  ],
};
