'use strict';
const express = require('express');

const app = express();
app.disable('x-powered-by');
// The address and scheme that visitors used are told by the proxy on this machine, and by nobody else.
app.set('trust proxy', 'loopback');

const notes = [];

app.get('/', (request, response) => {
  response.json({ message: 'Hello from Express', address: `${request.protocol}://${request.get('host')}`, notes });
});

app.get('/health', (request, response) => response.json({ status: 'ok' }));

app.post('/notes', express.json({ limit: '10kb' }), (request, response) => {
  const { text } = request.body ?? {};
  if (typeof text !== 'string' || text === '') return response.status(400).json({ error: 'text is missing' });
  notes.push(text.slice(0, 200));
  notes.splice(0, notes.length - 20);
  response.status(201).json({ notes });
});

const port = Number(process.env.PORT) || 3000;
const host = process.env.HOST || '127.0.0.1';
const server = app.listen(port, host, () => console.log(`listening on ${host}:${port}`));

process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
