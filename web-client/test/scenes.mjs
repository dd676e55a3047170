// Every page in every state that it can be in, against the mock server: what the layout tests and the screenshots go through.
// `before` prepares the server, `act` brings the page there; a scene is ready when `shown` is visible.
import { usedLinks } from './mock-links.mjs';

const me = { sub: 'li', name: 'Li Wei', role: 'participant', organisation: 'Asia Internet Coalition', category: 'private_sector' };
const staff = (role) => ({ sub: role, name: role, role });
const kSilentReturn = { code: 'return_silent', text: 'Room A: the return page is open but its sound has not been started' };

// Long names, several scripts, one of each kind.
export function crowd(meeting) {
  const amina = meeting.add('Amina Diallo', { organisation: 'Ministry of Digital Economy, Senegal', category: 'government', language: 'fr', where: 'remote' });
  meeting.add('Olga Petrova', { organisation: 'Open Net Society', language: 'ru', estimate_s: 180, reason: 'first_to_ask', topic: 'Affordable last-mile access in the north' });
  meeting.add('Juan Pérez', { organisation: 'Universidad de la República', category: 'academia', language: 'es', kind: 'question', estimate_s: 360, where: 'room', topic: '¿Quién paga la red?' });
  meeting.add('منى الخطيب', { organisation: 'الهيئة العامة للاتصالات', category: 'government', language: 'ar', estimate_s: 600 });
  meeting.add('陈晓明', { organisation: '中国信息通信研究院', category: 'academia', language: 'zh', estimate_s: 780, kind: 'point_of_order' });
  meeting.add('Maximiliane Oberschwarzenberger-Schmidtlein', { organisation: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft', category: 'international_organization', language: 'en', estimate_s: 900, where: 'phone' });
  return amina;
}

const mine = (meeting, fields = {}) => meeting.add('Li Wei', { ...me, participant: 'p-li', estimate_s: 300, reason: 'asked_order', ...fields });

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

async function makeLink(page) {
  await page.locator('input[name=name]').fill('Maximiliane Oberschwarzenberger-Schmidtlein');
  await page.locator('input[name=organisation]').fill('Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft');
  await page.locator('select[name=category]').selectOption('international_organization');
  await page.locator('[data-action=make]').click();
}

const card = (phase) => `.own-card[data-phase=${phase}]`;
const room = '/room/room-a';

const kFit = { fit: true, problems: [], microphone: true, camera: true, network: 'good', band_hz: [120, 15_000], level_db: -23, noise_db: -60, loss_percent: 0.2, jitter_ms: 8, round_trip_ms: 45 };
const kUnfit = { fit: false, problems: ['telephone_band', 'noisy', 'loss'], microphone: true, camera: false, network: 'poor', band_hz: [300, 3_400], level_db: -31, noise_db: -38, loss_percent: 4.5, jitter_ms: 42, round_trip_ms: 320 };

const kUnheard = { fit: null, problems: [], microphone: true, camera: true, network: 'fair' };

// Begun on the page before the meeting; `result` is what the server measured.
function checked(result) {
  return async (page, meeting) => {
    await page.locator('[data-action=speak]').click();
    await page.locator('.measured [data-way=udp] [data-look=good]').waitFor();
    if (result) meeting.checked('p-li', result);
  };
}

function state(name) {
  return async (page, meeting) => {
    await enter(page);
    meeting.setMeeting({ state: name });
  };
}

function sounding(name, readiness) {
  return async (page, meeting) => meeting.heard(await own(name)(page, meeting), readiness);
}

// In the room itself: chosen before joining.
async function stay(page) {
  await page.locator('[data-choice=here]').check();
  await enter(page);
}

function here(name) {
  return async (page, meeting) => {
    await page.locator('[data-choice=here]').check();
    await own(name)(page, meeting);
  };
}

// 42 minutes ago, and so in the head of a participant's page.
const opened = (meeting) => meeting.setMeeting({ live_since: Date.now() - 2_530_000 });

const kItems = ['Opening', 'Connectivity in the least developed countries, and how it is paid for', 'Any other business'];
const agenda = (meeting) => meeting.setAgenda(kItems, '2');

// Somebody needs help: a short and a long call, one of them answered.
function helping(meeting) {
  const line = (by, staff, text) => ({ by, staff, at: Date.now() - 60_000, text });
  const person = (name, fields = {}) => ({ participant: `p-${name}`, name, organisation: '', category: '', where: 'remote', ...fields });
  meeting.helps = [
    { help: 'h-1', state: 'open', role: 'participant', person: person('Amina Diallo', { category: 'government' }), lines: [line('Amina Diallo', false, 'I hear nothing.'), line('technician', true, 'Which browser is it?')] },
    { help: 'h-2', state: 'open', role: 'interpreter', person: person('Maximiliane Oberschwarzenberger-Schmidtlein', { where: 'room' }), lines: [line('Maximiliane Oberschwarzenberger-Schmidtlein', false, 'The floor is far too quiet in booth 3, and the relay from Arabic has a hum since the break: please send somebody before the next speaker begins.')] },
  ];
  for (const help of meeting.helps) meeting.tellHelp(help);
}

// Notes of moderators': of who speaks, and a long one of somebody with a long name.
const noted = (meeting) => {
  meeting.noted(meeting.floor[0].request, 'Minister until March');
  meeting.noted(meeting.queue[4].request, `Speaks for two delegations; ${'Rindfleischetikettierungsüberwachung'.repeat(3)}`, 'Marie-Hélène');
};

// A long text of somebody with a long name, and a named reader.
const texts = (meeting) => {
  const text = `${'We welcome the report of the working group, and in particular what it says about the north. '.repeat(12)}\n\n${'Rindfleischetikettierungsüberwachung'.repeat(4)}`;
  return meeting.add('Maximiliane Oberschwarzenberger-Schmidtlein', { kind: 'written', text, organisation: 'Open Net Society', language: 'en', reader: 'Rosa Obergeschwindner-Reader' });
};

// An act of another moderator's, that can be undone for as long as the scene lasts.
const undoable = (meeting) => {
  meeting.undo = { by: 'Marie-Hélène', act: 'floor.grant', request: meeting.floor[0].request, until: Date.now() + 60_000, chair: true };
  meeting.changed('undo');
};

export const scenes = {
  removed: { path: room, claims: me, act: async (page, meeting) => { await enter(page); meeting.exclude([...meeting.clients][0], 'removed'); }, shown: '.card [role=alert]' },
  revoked: { path: room, claims: me, act: async (page, meeting) => { await enter(page); meeting.exclude([...meeting.clients][0], 'revoked'); }, shown: '.card [role=alert]' },
  index: { path: '/', claims: null, shown: '.card' },
  join: { path: room, claims: me, shown: '[data-action=watch]' },
  join_guest: { path: room, claims: null, shown: '[data-action=watch]' },
  join_kept: { path: room, claims: me, act: (page, meeting) => mine(meeting), shown: '.notice.good' },
  refused: { path: room, claims: { ...me, role: 'expired' }, shown: '[role=alert]' },
  check: { path: room, claims: me, act: (page) => page.locator('[data-action=speak]').click(), shown: '.mirror video' },
  check_unheard: { path: room, claims: me, act: checked({ heard: true, readiness: kUnheard }), shown: 'device-check .heard' },
  check_fit: { path: room, claims: me, act: checked({ readiness: kFit }), shown: '.says[data-look=good]' },
  check_unfit: { path: room, claims: me, act: checked({ readiness: kUnfit }), shown: '.says[data-look=bad]' },
  check_busy: { path: room, claims: me, before: (meeting) => { meeting.refuse_check = 'checks_busy'; }, act: (page) => page.locator('[data-action=speak]').click(), shown: '.says[data-look=bad]' },
  check_over: { path: room, claims: me, act: async (page, meeting) => { await checked()(page, meeting); meeting.endCheck('p-li', 'time_over'); }, shown: '[data-action=again]:not([hidden])' },
  check_denied: {
    path: room, claims: me, shown: 'device-check [role=alert]',
    act: async (page) => { await page.evaluate(() => (navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError')))); await page.locator('[data-action=speak]').click(); },
  },
  check_later: { path: room, claims: me, act: async (page, meeting) => { await own('queued')(page, meeting); await page.locator('.own-card [data-action=check]').click(); await page.locator('#check .measured [data-look=good]').first().waitFor(); meeting.checked('p-li', { readiness: kFit }); }, shown: '#check .says[data-look=good]' },
  watch: { path: room, claims: me, before: opened, act: enter, shown: '.controls' },
  long_list: { path: room, claims: me, act: async (page, meeting) => { meeting.behind = 1_234; meeting.changed('queue'); await enter(page); }, shown: '.waiting .more' },
  nobody: { path: room, claims: me, before: opened, act: async (page, meeting) => { meeting.queue = []; meeting.end(meeting.floor[0], 'released'); meeting.room = { picture: 'slate', silent_channels: [] }; meeting.changed('room'); await enter(page); }, shown: '.controls' },
  observer: { path: room, claims: { ...me, role: 'observer' }, act: enter, shown: '.main-action .hint' },
  join_here: { path: room, claims: me, act: (page) => page.locator('[data-choice=here]').check(), shown: '[data-choice=here]:checked' },
  uninvited: { path: room, claims: { ...me, role: 'observer' }, before: (meeting) => meeting.setMeeting({ audience: 'closed' }), shown: '[data-action=retry]' },
  unregistered: { path: room, claims: null, before: (meeting) => meeting.setMeeting({ audience: 'registered' }), shown: '[data-action=retry]' },
  scheduled: { path: room, claims: me, act: state('scheduled'), shown: '.slate[data-meeting=scheduled]' },
  rehearsal: { path: room, claims: me, act: state('rehearsal'), shown: '.slate[data-meeting=rehearsal]' },
  suspended: { path: room, claims: me, act: state('suspended'), shown: '.slate[data-meeting=suspended]' },
  closed: { path: room, claims: me, act: state('closed'), shown: '.slate[data-meeting=closed]' },
  low: { path: room, claims: me, act: async (page) => { await enter(page); await page.locator('[data-action=low]').click(); }, shown: '.sound-only' },
  here: { path: room, claims: me, act: here('queued'), shown: `.participant[data-here=true] ${card('queued')}` },
  here_form: { path: room, claims: me, act: async (page) => { await stay(page); await page.locator('[data-action=request]').click(); }, shown: '#request[open]' },
  here_menu: {
    path: room, claims: me, shown: '.listen-menu:popover-open .earphone-hint',
    act: async (page, meeting) => { meeting.room = { picture: 'live', silent_channels: ['ru'] }; meeting.changed('room'); await stay(page); await page.locator('[data-action=listen]').click(); await page.locator('.channel input[value=ru]').check(); },
  },
  here_earphone: { path: room, claims: me, act: async (page) => { await stay(page); await page.keyboard.press('2'); }, shown: '.here-note .earphone-hint' },
  here_standby: { path: room, claims: me, act: here('standby'), shown: card('standby') },
  here_live: { path: room, claims: me, act: here('on_air'), shown: card('live') },
  menu: { path: room, claims: me, act: async (page, meeting) => { meeting.room = { picture: 'live', silent_channels: ['ru'] }; meeting.changed('room'); await enter(page); await page.locator('[data-action=listen]').click(); await page.locator('.channel input[value=ru]').check(); }, shown: '.slider + .slider' },
  item: { path: room, claims: me, before: agenda, act: enter, shown: '.item' },
  help_asked: {
    path: room, claims: me, shown: '#help[open] .help[data-state=open]',
    act: async (page, meeting) => { await enter(page); await page.keyboard.press('?'); await page.locator('#help input[name=text]').fill('No sound'); await page.locator('[data-action=help-ask]').click(); meeting.tell_status(); },
  },
  help_answer: {
    path: room, claims: me, shown: '.help-answer',
    act: async (page, meeting) => {
      await enter(page);
      meeting.tellHelp({ help: 'h-1', state: 'open', role: 'participant', person: { participant: 'p-li', name: 'Li Wei' }, lines: [{ by: 'Li Wei', staff: false, at: 1, text: 'No sound' }, { by: 'Tomás Oberschwarzenberger', staff: true, at: 2, text: 'Please choose another channel, and come back to this one: the booth was silent for a moment.' }] });
    },
  },
  help: { path: room, claims: me, act: async (page) => { await enter(page); await page.keyboard.press('?'); }, shown: '#help[open]' },
  form: { path: room, claims: me, act: async (page) => { await enter(page); await page.locator('[data-action=request]').click(); }, shown: '#request .mirror video' },
  // A delegate asks for the minister.
  form_other: {
    path: room, claims: me,
    act: async (page) => {
      await enter(page);
      await page.locator('[data-action=request]').click();
      await page.locator('#request summary').click();
      await page.locator('#request input[name=beneficiary]').fill('Maximiliane Oberschwarzenberger-Schmidtlein');
    },
    shown: '#request input[name=beneficiary_title]',
  },
  form_written: {
    path: room, claims: me, shown: '#request [role=alert]',
    act: async (page) => { await enter(page); await page.locator('[data-action=request]').click(); await page.locator('#request input[value=written]').check(); await page.locator('#request textarea').fill('x'.repeat(3_002)); },
  },
  written: { path: room, claims: me, act: async (page, meeting) => { mine(meeting, { kind: 'written', text: 'We welcome the report.' }); await enter(page); }, shown: `${card('queued')} [data-action=order]` },
  written_read: { path: room, claims: me, act: async (page, meeting) => { const request = mine(meeting, { kind: 'written', text: 'We welcome the report.', reader: 'Rosa Reader' }); await enter(page); meeting.onAir(request); }, shown: card('read') },
  written_ahead: { path: room, claims: { ...me, sub: 'ines', role: 'interpreter' }, act: async (page, meeting) => { texts(meeting); await enter(page); await page.locator('.waiting summary').click(); }, shown: '.waiting blockquote' },
  delivered: { path: room, claims: me, act: async (page, meeting) => { const request = texts(meeting); meeting.onAir(request); meeting.end(request, 'released'); await enter(page); await page.locator('.delivered summary').click(); }, shown: '.delivered blockquote' },
  pending: { path: room, claims: me, act: own('pending'), shown: card('pending') },
  queued: { path: room, claims: me, act: own('queued'), shown: card('queued') },
  reloaded: {
    path: room, claims: me, shown: `${card('queued')} .notice.warn .button`,
    act: async (page, meeting) => { await own('queued')(page, meeting); await page.locator(card('queued')).waitFor(); await page.addInitScript(() => (navigator.permissions.query = () => Promise.resolve({ state: 'prompt' }))); await page.reload(); },
  },
  standby: { path: room, claims: me, act: own('standby'), shown: `${card('standby')} [data-state=connected]` },
  standby_asked: { path: room, claims: me, act: own('standby', { changed_at: Date.now(), answer_by: Date.now() + 3_600_000 }), shown: '.deadline .digits' },
  ready: { path: room, claims: me, act: own('standby', { ready: true }), shown: `${card('standby')} .publish + .publish` },
  fit: { path: room, claims: me, act: sounding('standby', kFit), shown: `${card('standby')} .fitness` },
  unfit: { path: room, claims: me, act: sounding('standby', kUnfit), shown: `${card('standby')} .notice.fitness` },
  unfit_live: { path: room, claims: me, act: sounding('on_air', kUnfit), shown: `${card('live')} .notice.fitness` },
  granted: { path: room, claims: me, act: own('granted'), shown: card('granted') },
  live: { path: room, claims: me, act: own('on_air'), shown: card('live') },
  muted: { path: room, claims: me, act: own('on_air', { muted: true, running_since: Date.now() - 160_000 }), shown: card('live') },
  paused: { path: room, claims: me, act: own('paused'), shown: card('paused') },
  held: { path: room, claims: me, act: own('held'), shown: card('held') },
  held_kept: { path: room, claims: me, act: own('held', { kept_until: Date.now() + 3_600_000 }), shown: '.deadline .digits' },
  closing: { path: room, claims: me, act: own('on_air', { running_since: Date.now() - 200_000, closes_at: Date.now() + 3_600_000 }), shown: '.own-card closing-note .digits' },
  ended_why: { path: room, claims: me, act: async (page, meeting) => { const request = await own('on_air')(page, meeting); await page.locator(card('live')).waitFor(); meeting.end(request, 'revoked', 'out_of_order'); }, shown: `${card('ended')} .hint` },
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
  moderator_move: {
    path: `${room}/moderator`, claims: staff('moderator'), shown: '#move[open] .places',
    act: async (page) => { await page.locator('.queue .more').nth(1).click(); await page.locator('.more-menu:popover-open [data-action=move]').click(); },
  },
  moderator_find: { path: `${room}/moderator`, claims: staff('moderator'), act: (page) => page.locator('#find').fill('donaudampf'), shown: '.found:not(:empty)' },
  moderator_find_none: { path: `${room}/moderator`, claims: staff('moderator'), act: (page) => page.locator('#find').fill('nobody'), shown: '.queue-box .none' },
  moderator_note: {
    path: `${room}/moderator`, claims: staff('moderator'), before: noted, shown: '#note[open] [data-action=note-remove]',
    act: async (page) => { await page.locator('.queue .more').nth(4).click(); await page.locator('.more-menu:popover-open [data-action=note]').click(); },
  },
  moderator_advice: { path: `${room}/moderator`, claims: staff('moderator'), act: (page, meeting) => { meeting.advice = meeting.queue[4].request; meeting.changed('advice'); }, shown: '.advised' },
  moderator_deadlines: {
    path: `${room}/moderator`, claims: staff('moderator'), shown: '.queue .row count-down .digits',
    act: (page, meeting) => { meeting.set(meeting.floor[0], { running_since: Date.now() - 200_000, closes_at: Date.now() + 3_600_000 }); meeting.set(meeting.queue[4], { state: 'standby', answer_by: Date.now() + 3_600_000 }); meeting.set(mine(meeting, { kind: 'reply' }), { reason: 'reply' }); },
  },
  moderator_type: { path: `${room}/moderator`, claims: staff('moderator'), before: (meeting) => meeting.setMeeting({ type: 'high_level' }), shown: '.meeting-type' },
  moderator_text: { path: `${room}/moderator`, claims: staff('moderator'), before: (meeting) => meeting.onAir(texts(meeting)), act: (page, meeting) => texts(meeting), shown: '.queue blockquote' },
  moderator_reader: { path: `${room}/moderator`, claims: staff('moderator'), before: texts, act: (page) => page.locator('[data-action=reader]').click(), shown: '#reader[open]' },
  stage_text: { path: `${room}/stage`, claims: null, before: (meeting) => meeting.onAir(texts(meeting)), shown: '.speaker .read-by' },
  moderator_noted: {
    path: `${room}/moderator`, claims: staff('moderator'), before: noted, shown: '.pending-box .note',
    act: (page, meeting) => { const request = mine(meeting, { state: 'pending' }); meeting.noted(request.request, 'Asks for the third time'); },
  },
  moderator_revoke: {
    path: `${room}/moderator`, claims: staff('moderator'), shown: '#revoke[open] textarea',
    act: async (page) => { await page.locator('.speaker .more').click(); await page.locator('.more-menu:popover-open [data-action=revoke-why]').click(); await page.locator('#revoke input[value=own]').check(); },
  },
  moderator_remove: { path: `${room}/moderator`, claims: staff('moderator'), act: async (page) => { await page.locator('.speaker .more').click(); await page.locator('.more-menu:popover-open [data-action=remove]').click(); }, shown: '.more-menu [data-slipped=true]' },
  moderator_undo: { path: `${room}/moderator`, claims: staff('moderator'), act: (page, meeting) => undoable(meeting), shown: 'undo-bar[data-open=true] button' },
  moderator_pending: {
    path: `${room}/moderator`, claims: staff('moderator'), shown: '.pending-box .row + .row',
    act: (page, meeting) => { mine(meeting, { state: 'pending', topic: 'Spectrum' }); meeting.set(meeting.queue[4], { state: 'pending' }); },
  },
  moderator_manual: { path: `${room}/moderator`, claims: staff('moderator'), act: (page, meeting) => meeting.setMeeting({ order: 'manual' }), shown: '[data-action=order-back]' },
  moderator_conflict: {
    path: `${room}/moderator`, claims: staff('moderator'), shown: '.at-row',
    act: async (page, meeting) => { meeting.refuse_next = { code: -32004, word: 'granted_already' }; await page.locator('.queue [data-action=grant]').nth(1).click(); },
  },
  moderator_fitness: {
    path: `${room}/moderator`, claims: staff('moderator'), preview: true, shown: '.guest .fitness-details',
    act: (page, meeting) => { meeting.set(meeting.queue[0], { state: 'standby', media: 'decoding' }); meeting.heard(meeting.floor[0], kFit); meeting.heard(meeting.queue[0], kUnfit); meeting.set(meeting.queue[2], { state: 'standby', media: 'decoding' }); meeting.heard(meeting.queue[1], kFit); meeting.heard(meeting.queue[2], kUnheard); },
  },
  moderator_checked: {
    path: `${room}/moderator`, claims: staff('moderator'), shown: '.queue .checked',
    act: (page, meeting) => { const [olga, juan, mona, chen] = meeting.queue; meeting.known(olga, kFit); meeting.known(juan, kUnfit); meeting.known(mona, kFit, Date.UTC(2026, 8, 30, 23, 5)); meeting.known(meeting.floor[0], kFit); meeting.set(chen, { state: 'pending' }); meeting.known(chen, kUnfit); },
  },
  moderator_suspended: {
    path: `${room}/moderator`, claims: staff('moderator'), shown: '[data-meeting=suspended]',
    act: (page, meeting) => { meeting.setMeeting({ state: 'suspended', audience: 'registered' }); meeting.in_charge = 'Marie-Hélène'; meeting.changed('in_charge'); },
  },
  moderator_agenda: { path: `${room}/moderator`, claims: staff('moderator'), before: agenda, shown: '.agenda [data-current=true]' },
  moderator_agenda_planned: { path: `${room}/moderator`, claims: staff('moderator'), before: (meeting) => { agenda(meeting); meeting.agenda.items.forEach((item, index) => (item.minutes = 10 * index + 20)); meeting.agenda.since = Date.now() - 3_600_000; }, shown: 'item-clock[data-over=true]' },
  moderator_agenda_form: { path: `${room}/moderator`, claims: staff('moderator'), before: agenda, act: (page) => page.locator('[data-action=agenda-edit]').click(), shown: '#agenda-form[open] textarea' },
  moderator_helps: { path: `${room}/moderator`, claims: staff('moderator'), act: async (page, meeting) => { helping(meeting); await page.locator('[data-action=helps]').click(); }, shown: '#helps[open] .help + .help' },
  moderator_waits: { path: `${room}/moderator`, claims: staff('moderator'), act: (page, meeting) => helping(meeting), shown: '.helps.waits' },
  moderator_scheduled: { path: `${room}/moderator`, claims: staff('moderator'), act: (page, meeting) => meeting.setMeeting({ state: 'scheduled', audience: 'closed' }), shown: '[data-meeting=scheduled]' },
  moderator_slip: { path: `${room}/moderator`, claims: staff('moderator'), act: (page) => page.locator('[data-action=meeting-close]').click(), shown: '[data-slipped=true]' },

  chair: { path: `${room}/chair`, claims: staff('chair'), act: (page, meeting) => { meeting.set(meeting.queue[0], { state: 'standby', media: 'decoding' }); undoable(meeting); }, shown: '.undo-words .seconds' },
  chair_fitness: { path: `${room}/chair`, claims: staff('chair'), act: (page, meeting) => { meeting.set(meeting.queue[0], { state: 'standby', media: 'decoding' }); meeting.heard(meeting.queue[0], kUnfit); meeting.heard(meeting.floor[0], kFit); }, shown: '.next .lights' },
  chair_idle: { path: `${room}/chair`, claims: staff('chair'), act: (page, meeting) => { meeting.queue = []; meeting.end(meeting.floor[0], 'released'); }, shown: '.now .big' },
  chair_paused: {
    path: `${room}/chair`, claims: staff('chair'), shown: '.now .other',
    act: (page, meeting) => { const second = mine(meeting, { kind: 'point_of_order' }); meeting.set(meeting.floor[0], { state: 'paused', elapsed_ms: 190_000, running_since: null }); meeting.onAir(second); },
  },
  chair_no_return: {
    path: `${room}/chair`, claims: staff('chair'), shown: '[data-action=override]',
    act: async (page, meeting) => { meeting.end(meeting.floor[0], 'released'); meeting.returns = { connected: false }; meeting.changed('return'); await page.locator('[data-action=give]').click(); },
  },
  chair_long: { path: `${room}/chair`, claims: staff('chair'), act: (page, meeting) => { meeting.onAir(meeting.queue[4]); meeting.queue = []; mine(meeting); }, shown: '.now[data-state=on_air]' },
  chair_speaks: { path: `${room}/chair`, claims: staff('chair'), act: (page) => page.locator('[data-action=speak]').click(), shown: '.own-speech .state.live' },
  chair_far: { path: `${room}/chair`, claims: staff('chair'), act: async (page) => { await page.locator('[data-choice=here]').uncheck(); await page.locator('.own-speech .mirror').waitFor(); await page.locator('[data-action=speak]').click(); }, shown: '.own-speech .state.live' },
  stage_chair: { path: `${room}/stage`, claims: staff('observer'), act: (page, meeting) => meeting.onAir(meeting.add('Chandra Menon', { title: 'Chair', kind: 'chair', limit_s: 0, state: 'granted' })), shown: '.speaker + .speaker' },
  moderator_chair: { path: `${room}/moderator`, claims: staff('moderator'), act: (page, meeting) => meeting.onAir(meeting.add('Chandra Menon', { title: 'Chair', kind: 'chair', limit_s: 0, state: 'granted' })), shown: '.speaker + .speaker' },
  chair_help: { path: `${room}/chair`, claims: staff('chair'), act: async (page) => { await page.locator('[data-action=give]').waitFor(); await page.keyboard.press('?'); }, shown: '#help[open]' },
  chair_refused: { path: `${room}/chair`, claims: me, shown: '[role=alert]' },

  moderator_help: { path: `${room}/moderator`, claims: staff('moderator'), act: async (page) => { await page.locator('[data-action=next]').waitFor(); await page.keyboard.press('?'); }, shown: '#help[open]' },
  moderator_lost: { path: `${room}/moderator`, claims: staff('moderator'), act: async (page, meeting) => { await page.locator('[data-action=next]').waitFor(); meeting.down = true; meeting.cut(); }, shown: '.notices .notice' },
  moderator_refused: { path: `${room}/moderator`, claims: me, shown: '[role=alert]' },
  add: { path: `${room}/moderator`, claims: staff('moderator'), act: async (page) => { await page.locator('[data-action=next]').waitFor(); await page.keyboard.press('a'); }, shown: 'add-speaker dialog[open]' },

  technician: { path: '/technician', claims: staff('technician'), act: (page, meeting) => { meeting.alarms = [kSilentReturn]; meeting.set(meeting.queue[0], { state: 'standby' }); }, shown: '.tile canvas[role=img]:not([hidden])' },
  technician_helps: { path: '/technician', claims: staff('technician'), act: async (page, meeting) => { await page.locator('.room').first().waitFor(); helping(meeting); await page.locator('[data-action=helps]').click(); }, shown: '#helps[open] .help + .help' },
  technician_down: { path: '/technician', claims: staff('technician'), act: (page, meeting) => { meeting.process = 'restarting'; meeting.tell_status(); }, shown: '.room .state.reconnecting' },

  organiser: { path: '/organiser', claims: staff('organiser'), shown: '.links .none' },
  organiser_made: { path: '/organiser', claims: staff('organiser'), act: makeLink, shown: '#link .qr' },
  organiser_list: { path: '/organiser', claims: staff('organiser'), act: async (page) => { await makeLink(page); await page.locator('#link .qr').waitFor(); await page.keyboard.press('Escape'); }, shown: '.link .acts' },
  organiser_used: { path: '/organiser', claims: staff('organiser'), before: (meeting) => { meeting.links = usedLinks(); }, shown: '.link[data-standing=removed]' },
  organiser_slip: { path: '/organiser', claims: staff('organiser'), before: (meeting) => { meeting.links = usedLinks(); }, act: (page) => page.locator('[data-action=revoke]').first().click(), shown: '[data-slipped=true]' },
  organiser_many: {
    path: '/organiser', claims: staff('organiser'), shown: '.many .notice',
    act: async (page) => { await page.locator('.many summary').click(); await page.locator('textarea').fill(`Li Wei, Asia Internet Coalition, nobility\n${'x'.repeat(90)}, y, z`); await page.locator('[data-action=make-many]').click(); },
  },
  organiser_refused: { path: '/organiser', claims: me, shown: '[role=alert]' },

  stage: { path: `${room}/stage`, claims: staff('observer'), act: (page, meeting) => meeting.set(meeting.queue[0], { state: 'standby' }), shown: '.speaker' },
  stage_item: { path: `${room}/stage`, claims: staff('observer'), before: agenda, shown: '.item' },
  stage_closing: { path: `${room}/stage`, claims: staff('observer'), act: (page, meeting) => meeting.set(meeting.floor[0], { running_since: Date.now() - 200_000, closes_at: Date.now() + 3_600_000 }), shown: 'closing-note .digits' },
  stage_empty: { path: `${room}/stage`, claims: staff('observer'), act: (page, meeting) => { meeting.queue = []; meeting.end(meeting.floor[0], 'released'); }, shown: '.now .quiet' },
  stage_suspended: { path: `${room}/stage`, claims: staff('observer'), act: (page, meeting) => { meeting.end(meeting.floor[0], 'released'); meeting.setMeeting({ state: 'suspended' }); }, shown: '.now .quiet' },
  stage_long: { path: `${room}/stage`, claims: staff('observer'), act: (page, meeting) => { const long = meeting.queue[4]; meeting.end(meeting.floor[0], 'released'); meeting.onAir(long); mine(meeting); mine(meeting); }, shown: '.before .name' },
  timer: { path: `${room}/timer`, claims: null, shown: 'speech-clock' },
  timer_over: { path: `${room}/timer`, claims: null, act: (page, meeting) => { const long = meeting.queue[4]; meeting.end(meeting.floor[0], 'released'); meeting.onAir(long); meeting.set(long, { running_since: Date.now() - 765_000, closes_at: Date.now() + 3_600_000 }); }, shown: 'closing-note .digits' },
  timer_idle: { path: `${room}/timer`, claims: null, act: (page, meeting) => meeting.end(meeting.floor[0], 'released'), shown: '.alone' },
  return: { path: `${room}/return`, claims: staff('technician'), preview: true, shown: '.return[data-media=connected]' },
  return_silent: { path: `${room}/return`, claims: staff('technician'), preview: true, blocked: true, shown: '[data-action=sound]' },
  return_away: { path: `${room}/return`, claims: staff('technician'), before: (meeting) => { meeting.media_down = true; }, shown: '.return .waiting' },
};
