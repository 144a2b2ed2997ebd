"""Small apps for the tests, as {name: content} for nodepilot.zip_files."""

import json

ECHO = """
const http = require('http');
const release = process.env.NODEPILOT_RELEASE;
http.createServer((request, response) => {
  if (request.url === '/slow') return setTimeout(() => response.end('slow ' + release), 1500);
  if (request.url === '/exit') { response.end('bye'); return setTimeout(() => process.exit(3), 20); }
  if (request.url === '/environment') return response.end(JSON.stringify(process.env));
  if (request.url === '/descriptors') return response.end(JSON.stringify(require('fs').readdirSync('/proc/self/fd')));
  if (request.url === '/who') return response.end(JSON.stringify({uid: process.getuid(), pid: process.pid, cwd: process.cwd()}));
  if (request.url.startsWith('/say?')) { console.log(decodeURIComponent(request.url.slice(5))); return response.end('said'); }
  if (request.url.startsWith('/read?')) {
    try { return response.end(require('fs').readFileSync(decodeURIComponent(request.url.slice(6)))); }
    catch (error) { response.statusCode = 403; return response.end(error.code); }
  }
  if (request.url.startsWith('/write?')) {
    try { require('fs').writeFileSync(decodeURIComponent(request.url.slice(7)), 'x'); return response.end('written'); }
    catch (error) { response.statusCode = 403; return response.end(error.code); }
  }
  if (request.url === '/headers') return response.end(JSON.stringify({headers: request.headers, raw: request.rawHeaders}));
  if (request.url === '/big') { response.end(Buffer.alloc(64 * 1024 * 1024, 'b')); return; }
  if (request.method === 'POST') {
    const hash = require('crypto').createHash('sha256'); let bytes = 0;
    request.on('data', part => { hash.update(part); bytes += part.length; });
    return request.on('end', () => response.end(JSON.stringify({bytes, sha256: hash.digest('hex')})));
  }
  response.end('release ' + release);
}).listen(process.env.PORT, process.env.HOST, () => console.log('listening, release ' + release));
"""

# A WebSocket server in a few lines (RFC 6455): it echoes short text frames.
SOCKET = """
const http = require('http'), crypto = require('crypto');
const server = http.createServer((request, response) => response.end('plain'));
server.on('upgrade', (request, socket) => {
  const accept = crypto.createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
  socket.on('data', frame => {
    const opcode = frame[0] & 15, length = frame[1] & 127, mask = frame.subarray(2, 6), body = Buffer.from(frame.subarray(6, 6 + length));
    for (let i = 0; i < body.length; i++) body[i] ^= mask[i % 4];
    socket.write(Buffer.concat([Buffer.from([128 | opcode, body.length]), body]));
    if (opcode === 8) socket.end();
  });
  socket.on('error', () => {});
});
server.listen(process.env.PORT, process.env.HOST);
"""


def node(source=ECHO, **package):
    return {"package.json": json.dumps({"name": "app", "scripts": {"start": "node server.js"}, **package}), "server.js": source}


def crashing(code=7, words="no database here"):
    return node(f"console.error({json.dumps(words)}); process.exit({code});")


def static(text="hello"):
    return {"index.html": f"<!doctype html><title>t</title><p>{text}</p>", "style.css": "p { color: teal }"}
