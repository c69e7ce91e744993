// Loaded before Portkey's gateway. It adds headers to what `fetch` has answered, whose headers cannot be changed: older versions of @hono/node-server made a copy
// of them on the way, the installed one does not, and every streamed call ends with 500. So it gets the copy from here.
const original = globalThis.fetch;
globalThis.fetch = async (...args) => {
  const response = await original(...args);
  return Object.defineProperty(response, "headers", { value: new Headers(response.headers) });
};
