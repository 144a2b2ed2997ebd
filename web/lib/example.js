// A first app for those who have none at hand, packed here in the browser (APPNOTE.TXT 6.3.10, entries that are stored).

const SERVER = `const http = require('http')

http.createServer((request, response) => {
  console.log(request.method, request.url)
  response.setHeader('Content-Type', 'text/html; charset=utf-8')
  response.end('<!doctype html><title>Hello</title><h1>Hello from NodePilot</h1><p>Change server.js, pack it, drop it again.</p>')
}).listen(process.env.PORT, () => console.log('listening on', process.env.PORT))
`
const PACKAGE = '{\n  "name": "hello",\n  "version": "1.0.0",\n  "scripts": { "start": "node server.js" }\n}\n'
const PAGE = '<!doctype html>\n<title>Hello</title>\n<h1>Hello from NodePilot</h1>\n<p>Change this page, pack it, drop it again.</p>\n'

/** `hello.zip`: an app for Node.js where the server has it, a page otherwise. */
export const exampleApp = (runtimes = []) => {
  const hasNode = runtimes.some((each) => each.startsWith('Node.js'))
  const files = hasNode ? { 'package.json': PACKAGE, 'server.js': SERVER } : { 'index.html': PAGE }
  return new File([packed(files)], 'hello.zip', { type: 'application/zip' })
}

// MARK: - Private

const packed = (files) => {
  const parts = []
  const directory = []
  let offset = 0
  for (const [name, text] of Object.entries(files)) {
    const path = new TextEncoder().encode(name)
    const data = new TextEncoder().encode(text)
    // Version 2.0, UTF-8 names, stored, 1980-01-01.
    const common = [[2, 20], [2, 0x800], [2, 0], [2, 0], [2, 0x21], [4, checksum(data)], [4, data.length], [4, data.length], [2, path.length], [2, 0]]
    const local = [numbers([[4, 0x04034b50], ...common]), path, data]
    directory.push(numbers([[4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]), path)
    parts.push(...local)
    offset += lengthOf(local)
  }
  const count = directory.length / 2
  const end = numbers([[4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, lengthOf(directory)], [4, offset], [2, 0]])
  return new Blob([...parts, ...directory, end])
}

const lengthOf = (pieces) => pieces.reduce((sum, piece) => sum + piece.length, 0)

/** Pairs of size and value, little-endian. */
const numbers = (pairs) => Uint8Array.from(pairs.flatMap(([size, value]) => Array.from({ length: size }, (_, at) => (value >>> (8 * at)) & 255)))

/** CRC-32 (ISO 3309). */
const checksum = (bytes) => {
  let sum = -1
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0)
  }
  return ~sum >>> 0
}
