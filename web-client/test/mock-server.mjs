// A server for the pages alone: the protocol of signaling/README.md with one meeting in memory, the built pages under the
// content security policy of the real server, and WHIP/WHEP endpoints that answer without media (test/fake-media.js plays
// the other end in the browser).  node test/mock-server.mjs [PORT]
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';

import { answerLinks } from './mock-links.mjs';
import { Meeting } from './mock-meeting.mjs';

const root = fileURLToPath(new URL('../dist', import.meta.url));
const picture = readFileSync(new URL('./picture.jpg', import.meta.url));
export const kPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' };
const faces = { moderator: 'moderator', chair: 'chair', stage: 'stage', timer: 'timer', return: 'return' };

function pageOf(path) {
  if (path === '/') return '/index.html';
  if (path === '/technician') return '/technician.html';
  if (path === '/organiser') return '/organiser.html';
  const room = /^\/room\/[^/]+(?:\/([a-z]+))?$/.exec(path);
  if (!room) return path;
  return room[1] ? `/${faces[room[1]] ?? 'missing'}.html` : '/participant.html';
}

export function mockToken(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256' })}.${part(claims)}.${Buffer.from('mock').toString('base64url')}`;
}

export async function startMock(port = 0) {
  const meeting = new Meeting();
  const server = createServer((request, response) => handle(request, response, meeting));
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (!request.url.startsWith('/ws/') || meeting.down) return socket.destroy();
    sockets.handleUpgrade(request, socket, head, (client) => meeting.connect(client));
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    meeting,
    url: `http://127.0.0.1:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        for (const client of sockets.clients) client.terminate();
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

function handle(request, response, meeting) {
  const path = decodeURIComponent(new URL(request.url, 'http://mock').pathname);
  const json = (value, status = 200) => {
    response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' });
    response.end(JSON.stringify(value));
  };
  if (path === '/api/v1/rooms') return json(meeting.rooms());
  if (/^\/api\/v1\/rooms\/[^/]+\/links/.test(path)) return void answerLinks(request, path, (meeting.links ??= []), json);
  if (/^\/api\/v1\/rooms\/[^/]+\/status$/.test(path)) return json(meeting.status());
  if (/^\/api\/v1\/rooms\/[^/]+\/pictures\//.test(path)) {
    if (path.endsWith('/room')) {
      const seen = request.headers['if-none-match'] === meeting.still_etag;
      meeting.stills.push({ authorization: request.headers.authorization ?? null, seen });
      if (meeting.meeting.audience === 'closed') return json({ code: 'audience_closed' }, 403);
      response.writeHead(seen ? 304 : 200, { 'content-type': 'image/jpeg', etag: meeting.still_etag });
      return response.end(seen ? undefined : picture);
    }
    // Like the real one: a still of each source, and one of the return, which is the same for all.
    if (path.includes('/return/') && !path.endsWith('/screen')) return json({ code: 'no_picture' }, 404);
    response.writeHead(200, { 'content-type': 'image/jpeg' });
    return response.end(picture);
  }
  if (path.startsWith('/whep/') || path.startsWith('/whip/')) return media(request, response, path, meeting, json);
  return page(response, pageOf(path));
}

function media(request, response, path, meeting, json) {
  meeting.media.push({ method: request.method, path, authorization: request.headers.authorization ?? null });
  if (request.method === 'POST') meeting.asked.push(request.url);
  request.resume();
  if (request.method === 'DELETE') return response.writeHead(200).end();
  if (request.method === 'GET') return response.writeHead(meeting.forgot_media ? 404 : 204).end();
  if (request.method !== 'POST') return json({ code: 'method' }, 405);
  if (meeting.media_down) return json({ code: 'overloaded' }, 503);
  if (meeting.no_codec && path.startsWith('/whip/')) return json({ code: 'no_video_codec' }, 406);
  if (meeting.no_codec) return void response.writeHead(406, { 'content-type': 'application/sdp', location: `${path}/session-1` }).end('v=0\r\n');
  if (path.endsWith('/check') && meeting.refuse_check) return json({ code: meeting.refuse_check }, 503);
  if (path.startsWith('/whip/') && !path.endsWith('/check') && !meeting.mayPublish()) return json({ code: 'not_called' }, 403);
  response.writeHead(201, { 'content-type': 'application/sdp', location: `${path}/session-1`, etag: '"1"' });
  response.end('v=0\r\n');
}

function page(response, path) {
  const file = normalize(join(root, path));
  if (!file.startsWith(root) || !existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end('not found');
  response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'content-security-policy': kPolicy, 'cache-control': 'no-store' });
  createReadStream(file).pipe(response);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const mock = await startMock(Number(process.argv[2] ?? 8099));
  const link = (path, claims) => console.log(`${mock.url}${path}#token=${mockToken(claims)}`);
  console.log(`${mock.url}/`);
  link('/room/room-a', { sub: 'li', name: 'Li Wei', role: 'participant', organisation: 'Asia Internet Coalition', category: 'private_sector' });
  link('/room/room-a/moderator', { sub: 'mod', name: 'Moderator', role: 'moderator' });
  link('/room/room-a/chair', { sub: 'chair', name: 'Chair', role: 'chair' });
  link('/organiser', { sub: 'organiser', name: 'Organiser', role: 'organiser' });
  link('/technician', { sub: 'tech', name: 'Technician', role: 'technician' });
  link('/room/room-a/stage', { sub: 'stage', role: 'observer' });
  link('/room/room-a/return', { sub: 'return', role: 'technician' });
}
