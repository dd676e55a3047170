// Every page in every state that it can be in, against the mock server: what the layout tests and the screenshots go through.
// `before` prepares the server, `act` brings the page there; a scene is ready when `shown` is visible.
const me = { sub: 'li', name: 'Li Wei', role: 'participant', organisation: 'Asia Internet Coalition', category: 'private_sector' };
const staff = (role) => ({ sub: role, name: role, role });
const kSilentReturn = { code: 'return_silent', text: 'Room A: the return page is open but its sound has not been started' };

// Long names, several scripts, one of each kind.
export function crowd(meeting) {
  const amina = meeting.add('Amina Diallo', { organisation: 'Ministry of Digital Economy, Senegal', category: 'government', language: 'fr', where: 'remote' });
  meeting.add('Olga Petrova', { organisation: 'Open Net Society', language: 'ru', estimate_s: 180, reason: 'first to ask', topic: 'Affordable last-mile access in the north' });
  meeting.add('Juan Pérez', { organisation: 'Universidad de la República', category: 'academia', language: 'es', kind: 'question', estimate_s: 360, where: 'room', topic: '¿Quién paga la red?' });
  meeting.add('منى الخطيب', { organisation: 'الهيئة العامة للاتصالات', category: 'government', language: 'ar', estimate_s: 600 });
  meeting.add('陈晓明', { organisation: '中国信息通信研究院', category: 'academia', language: 'zh', estimate_s: 780, kind: 'point_of_order' });
  meeting.add('Maximiliane Oberschwarzenberger-Schmidtlein', { organisation: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft', category: 'international_organization', language: 'en', estimate_s: 900, where: 'phone' });
  return amina;
}

const mine = (meeting, fields = {}) => meeting.add('Li Wei', { ...me, participant: 'p-li', estimate_s: 300, reason: 'in the order asked', ...fields });

async function enter(page) {
  await page.locator('[data-action=watch]').click();
  await page.locator('.controls').waitFor();
}

// The person's own request in one state, with the devices open and published where it matters.
function own(state, fields = {}) {
  return async (page, meeting) => {
    const request = mine(meeting);
    await enter(page);
    if (state !== 'queued' && state !== 'pending') await page.locator('.own-card[data-phase=queued]').waitFor();
    if (state === 'on_air') {
      meeting.end(meeting.floor[0], 'released');
      meeting.onAir(request);
      meeting.set(request, fields);
    } else if (['granted', 'paused', 'held'].includes(state)) {
      meeting.take(request);
      meeting.floor.push(request);
      meeting.set(request, { state, position: null, elapsed_ms: state === 'granted' ? 0 : 42_000, ...fields });
    } else {
      meeting.set(request, { state, ...fields });
    }
    return request;
  };
}

const card = (phase) => `.own-card[data-phase=${phase}]`;
const room = '/room/room-a';

export const scenes = {
  index: { path: '/', claims: null, shown: '.card' },
  join: { path: room, claims: me, shown: '[data-action=watch]' },
  join_guest: { path: room, claims: null, shown: '[data-action=watch]' },
  join_kept: { path: room, claims: me, act: (page, meeting) => mine(meeting), shown: '.notice.good' },
  refused: { path: room, claims: { ...me, role: 'expired' }, shown: '[role=alert]' },
  check: { path: room, claims: me, act: (page) => page.locator('[data-action=speak]').click(), shown: '.mirror video' },
  watch: { path: room, claims: me, act: enter, shown: '.controls' },
  nobody: { path: room, claims: me, act: async (page, meeting) => { meeting.queue = []; meeting.end(meeting.floor[0], 'released'); meeting.room = { picture: 'slate', silent_channels: [] }; meeting.changed('room'); await enter(page); }, shown: '.controls' },
  observer: { path: room, claims: { ...me, role: 'observer' }, act: enter, shown: '.main-action .hint' },
  suspended: { path: room, claims: me, act: async (page, meeting) => { await enter(page); meeting.meeting = { ...meeting.meeting, state: 'suspended', list: 'closed' }; meeting.changed('meeting'); }, shown: '.notice.warn' },
  menu: { path: room, claims: me, act: async (page, meeting) => { meeting.room = { picture: 'live', silent_channels: ['ru'] }; meeting.changed('room'); await enter(page); await page.locator('[data-action=listen]').click(); await page.locator('.channel input[value=ru]').check(); }, shown: '.slider + .slider' },
  help: { path: room, claims: me, act: async (page) => { await enter(page); await page.keyboard.press('?'); }, shown: '#help[open]' },
  form: { path: room, claims: me, act: async (page) => { await enter(page); await page.locator('[data-action=request]').click(); }, shown: '#request .mirror video' },
  pending: { path: room, claims: me, act: own('pending'), shown: card('pending') },
  queued: { path: room, claims: me, act: own('queued'), shown: card('queued') },
  reloaded: {
    path: room, claims: me, shown: `${card('queued')} .notice.warn .button`,
    act: async (page, meeting) => { await own('queued')(page, meeting); await page.locator(card('queued')).waitFor(); await page.reload(); },
  },
  standby: { path: room, claims: me, act: own('standby'), shown: `${card('standby')} [data-state=connected]` },
  ready: { path: room, claims: me, act: own('standby', { ready: true }), shown: `${card('standby')} .publish + .publish` },
  granted: { path: room, claims: me, act: own('granted'), shown: card('granted') },
  live: { path: room, claims: me, act: own('on_air'), shown: card('live') },
  muted: { path: room, claims: me, act: own('on_air', { muted: true, running_since: Date.now() - 160_000 }), shown: card('live') },
  paused: { path: room, claims: me, act: own('paused'), shown: card('paused') },
  held: { path: room, claims: me, act: own('held'), shown: card('held') },
  ended: { path: room, claims: me, act: async (page, meeting) => { const request = await own('on_air')(page, meeting); await page.locator(card('live')).waitFor(); meeting.end(request, 'released', 'next_speaker'); }, shown: card('ended') },
  lost: { path: room, claims: me, act: async (page, meeting) => { await own('queued')(page, meeting); await page.locator(card('queued')).waitFor(); meeting.down = true; meeting.cut(); }, shown: '.notices .notice' },
  left: { path: room, claims: me, act: async (page) => { await enter(page); await page.locator('[data-action=leave]').click(); }, shown: '.way' },

  moderator: {
    path: `${room}/moderator`, claims: staff('moderator'), preview: true, shown: '.guest[data-ready=true]',
    act: (page, meeting) => { meeting.set(mine(meeting), { state: 'standby', media: 'decoding', ready: true }); },
  },
  moderator_idle: { path: `${room}/moderator`, claims: staff('moderator'), act: (page, meeting) => { meeting.queue = []; meeting.end(meeting.floor[0], 'released'); }, shown: '.idle' },
  moderator_two: {
    path: `${room}/moderator`, claims: staff('moderator'), shown: '.speaker + .speaker',
    act: (page, meeting) => { const second = mine(meeting, { kind: 'point_of_order' }); meeting.set(meeting.floor[0], { state: 'paused', elapsed_ms: 190_000, running_since: null, muted: true }); meeting.onAir(second); },
  },
  no_return: {
    path: `${room}/moderator`, claims: staff('moderator'), shown: '[data-action=override]',
    act: async (page, meeting) => { meeting.end(meeting.floor[0], 'released'); meeting.returns = { connected: false }; meeting.alarms = [kSilentReturn]; meeting.changed('return'); await page.locator('[data-action=next]').click(); },
  },
  moderator_more: { path: `${room}/moderator`, claims: staff('moderator'), act: (page) => page.locator('.more').nth(1).click(), shown: '.more-menu:popover-open' },
  moderator_help: { path: `${room}/moderator`, claims: staff('moderator'), act: async (page) => { await page.locator('[data-action=next]').waitFor(); await page.keyboard.press('?'); }, shown: '#help[open]' },
  moderator_lost: { path: `${room}/moderator`, claims: staff('moderator'), act: async (page, meeting) => { await page.locator('[data-action=next]').waitFor(); meeting.down = true; meeting.cut(); }, shown: '.notices .notice' },
  moderator_refused: { path: `${room}/moderator`, claims: me, shown: '[role=alert]' },
  add: { path: `${room}/moderator`, claims: staff('moderator'), act: async (page) => { await page.locator('[data-action=next]').waitFor(); await page.keyboard.press('a'); }, shown: 'add-speaker dialog[open]' },

  technician: { path: '/technician', claims: staff('technician'), act: (page, meeting) => { meeting.alarms = [kSilentReturn]; meeting.set(meeting.queue[0], { state: 'standby' }); }, shown: '.tile canvas[role=img]:not([hidden])' },
  technician_down: { path: '/technician', claims: staff('technician'), act: (page, meeting) => { meeting.process = 'restarting'; meeting.tell_status(); }, shown: '.room .state.reconnecting' },

  stage: { path: `${room}/stage`, claims: staff('observer'), act: (page, meeting) => meeting.set(meeting.queue[0], { state: 'standby' }), shown: '.speaker' },
  stage_empty: { path: `${room}/stage`, claims: staff('observer'), act: (page, meeting) => { meeting.queue = []; meeting.end(meeting.floor[0], 'released'); }, shown: '.now .quiet' },
  return: { path: `${room}/return`, claims: staff('technician'), preview: true, shown: '.return[data-media=connected]' },
  return_silent: { path: `${room}/return`, claims: staff('technician'), preview: true, blocked: true, shown: '[data-action=sound]' },
  return_away: { path: `${room}/return`, claims: staff('technician'), before: (meeting) => { meeting.media_down = true; }, shown: '.return .waiting' },
};
