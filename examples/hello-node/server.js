'use strict';
const http = require('node:http');

const port = Number(process.env.PORT) || 3000;
const host = process.env.HOST || '127.0.0.1';
const started = new Date();

const page = () => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hello from Node.js</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { display: grid; place-content: center; min-height: 100vh; margin: 0; padding: 24px; box-sizing: border-box }
  h1 { margin: 0 0 8px; font-size: 32px; letter-spacing: -.02em }
  p { margin: 0; opacity: .7 }
</style>
<h1>It runs.</h1>
<p>Node.js ${process.version}, process ${process.pid}, since ${started.toISOString()}.</p>
<p>Change server.js and deploy again.</p>
`;

const server = http.createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const answer = (status, type, body) => {
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  if (pathname === '/') return answer(200, 'text/html; charset=utf-8', page());
  if (pathname === '/health') return answer(200, 'application/json', '{"status":"ok"}');
  answer(404, 'text/plain; charset=utf-8', 'There is nothing here.\n');
});

server.listen(port, host, () => console.log(`listening on ${host}:${port}`));

// A new release is live: finish what is being answered, then go.
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
