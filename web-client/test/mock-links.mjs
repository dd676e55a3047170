// An organiser's links as the real server answers them; those of this mock open its one meeting.
function roleOf(token) {
  const claims = Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString();
  return claims ? JSON.parse(claims).role : null;
}

// One in each standing, as a list looks after some days.
export function usedLinks() {
  const day_ms = 24 * 3_600_000;
  const row = (id, name, fields = {}) => ({
    id, name, room: 'room-a', role: 'participant', organisation: 'Ministry of Posts', category: 'government', in_room: false, everywhere: false, own: false,
    made_at: Date.now() - 2 * day_ms, expires: Date.now() + day_ms, revoked: false, removed: false, url: `/room/room-a#token=${id.padEnd(260, 'x')}`, ...fields,
  });
  const void_ = { url: null };
  return [
    row('demo', 'Organiser', { ...void_, role: 'organiser', organisation: 'Secretariat', category: '', everywhere: true, own: true, made_at: null, expires: null }),
    row('cli', 'Technician', { ...void_, role: 'technician', organisation: 'Secretariat', category: '', everywhere: true, made_at: null }),
    row('amina', 'Amina Diallo', { title: 'Minister of Posts', country: 'Guinea', rank: 2 }),
    row('juan', 'Juan Pérez', { in_room: true, organisation: 'Universidad de la República', category: 'academia', url: `/room/room-a#token=${'juan'.padEnd(260, 'x')}&where=room` }),
    row('mona', 'منى الخطيب', { in_room: true, organisation: 'الهيئة العامة للاتصالات', url: `/room/room-a#token=${'mona'.padEnd(260, 'x')}&where=room` }),
    row('li', '陈晓明', { organisation: '中国信息通信研究院', category: 'academia', role: 'moderator' }),
    row('long', 'Maximiliane Oberschwarzenberger-Schmidtlein', { title: 'Generaldirektorin', country: 'Österreich', rank: 2_147_483_647, organisation: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft', category: 'international_organization', role: 'interpreter' }),
    row('olga', 'Olga Petrova', { ...void_, revoked: true }),
    row('eve', 'Eve', { ...void_, removed: true, organisation: '', category: '' }),
    row('old', 'Ana Silva', { expires: Date.now() - day_ms }),
  ];
}

export async function answerLinks(request, path, links, json) {
  if (!['organiser', 'admin'].includes(roleOf(request.headers.authorization?.slice(7)))) {
    return json({ code: 'not_allowed', detail: 'Links are made by organisers.' }, 403);
  }
  const [, , , , room, , id] = path.split('/');
  if (request.method === 'GET') return json(links.filter((link) => link.room === room));
  if (request.method === 'DELETE') {
    const found = links.find((link) => link.id === id);
    if (!found) return json({ code: 'no_link', detail: 'This room has no link of that id.' }, 404);
    Object.assign(found, { revoked: true, url: null });
    return json(null);
  }
  let text = '';
  for await (const piece of request) text += piece;
  const { expires, where, ...asked } = JSON.parse(text);
  if (asked.name === 'nobody') return json({ code: 'not_saved', detail: 'The server cannot write to its disk.' }, 503);
  const lasts_ms = parseInt(expires, 10) * (expires.endsWith('d') ? 24 : 1) * 3_600_000;
  const made = {
    ...asked, room, id: `link-${links.length + 1}`, in_room: where === 'room', everywhere: false, own: false, made_at: Date.now(), expires: Date.now() + lasts_ms,
    revoked: false, removed: false,
  };
  // As long as a real one: three hundred characters of a token.
  made.url = `/room/${room}#token=${Buffer.from(made.id.padEnd(220, '.')).toString('base64url')}${made.in_room ? '&where=room' : ''}`;
  links.push(made);
  return json({ id: made.id, url: made.url }, 201);
}
