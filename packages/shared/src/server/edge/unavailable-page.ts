/** Shown while the web server is away: says so, and looks again by itself. */
export const UNAVAILABLE_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="3">
<title>Coder IDE: pages are not available</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 15px/1.5 system-ui, sans-serif; margin: 15vh auto 0; max-width: 34rem; padding: 0 1.5rem; }
  h1 { font-size: 1.25rem; }
  code { font-family: ui-monospace, monospace; }
</style>
</head>
<body>
<h1>The pages are not available at the moment</h1>
<p>The server runs, but its web part does not answer: it is still starting, or it stopped and is being restarted.
This page looks again every 3 seconds.</p>
<p>If it stays: the terminal of <code>npm start</code> names the reason. The API works meanwhile; <code>/ready</code> says what else is missing.</p>
</body>
</html>
`;
