// One meeting in memory, with the rules a page can notice; no journal, no media.

import { concerns, helpActs } from './mock-help.mjs';
import { checkText, textActs } from './mock-texts.mjs';

// What the chair may do, too.
const kChairs = ['meeting.take_over', 'floor.grant', 'floor.revoke', 'floor.pause', 'floor.resume', 'floor.undo', 'floor.speak'];
// What the chair may undo, as the server's chair_may_undo().
const kChairsUndo = ['floor.grant', 'floor.resume', 'floor.release', 'floor.revoke'];
// To undo these would open a microphone.
const kNotUndone = ['floor.speak', 'floor.mute', 'floor.pause', 'floor.undo', 'floor.note', 'floor.reader'];

const kMethods = {
  'floor.speak': 'moderator', 'floor.approve': 'moderator', 'floor.deny': 'moderator', 'floor.pass': 'moderator', 'floor.prepare': 'moderator', 'floor.grant': 'moderator',
  'floor.move': 'moderator', 'floor.pause': 'moderator', 'floor.resume': 'moderator', 'floor.mute': 'moderator', 'floor.unmute': 'moderator',
  'floor.extend': 'moderator', 'floor.revoke': 'moderator', 'floor.add': 'moderator', 'floor.note': 'moderator', 'floor.reader': 'moderator', 'list.open': 'moderator', 'list.close': 'moderator', 'list.order': 'moderator',
  'floor.undo': 'moderator', 'meeting.open': 'moderator', 'meeting.suspend': 'moderator', 'meeting.resume': 'moderator', 'meeting.close': 'moderator',
  'meeting.audience': 'moderator', 'meeting.take_over': 'moderator', 'people.remove': 'moderator', 'agenda.select': 'moderator', 'agenda.set': 'moderator',
};

class Refusal extends Error {
  constructor(code, word, text) {
    super(text);
    this.code = code;
    this.word = word;
  }
}

export class Meeting {
  seq = 10;
  next = 100;
  down = false;
  clients = new Set();
  removed = new Set(); // participants
  media = [];
  asked = []; // of `media`, what was posted, with its query
  media_down = false;
  // No offer has a format that the server knows.
  no_codec = false;
  stills = []; // how the room's still was asked for
  still_etag = '"1"';
  // The word with which a device check is refused, if it is.
  refuse_check = null;
  process = 'running';
  // What the return page told last; null while none is there.
  screen_sound = null;
  calls = [];
  alarms = [];
  meeting = { id: 'room-a', room: 'room-a', title: 'Room A', state: 'live', live_since: null, audience: 'public', list: 'open', order: 'asked', speakers_max: 1 };
  languages = ['floor', 'en', 'fr', 'es', 'ar', 'zh', 'ru'];
  queue = [];
  behind = 0; // how many wait behind those that pages are sent
  floor = [];
  last = null;
  texts = new Map(); // what is read out, by request
  delivered = []; // newest first
  returns = { connected: true };
  room = { picture: 'live', silent_channels: [] };
  people = new Map();
  readiness = new Map();
  checks = new Map(); // the last of each participant
  undo_ms = 5_000;
  undo = null;
  before = null;
  in_charge = null;
  advice = null; // whom balance would have next
  agenda = { items: [], current: null, since: null };
  totals = { categories: [] };
  helps = [];
  notes = new Map(); // what moderators wrote down, by request
  delegation_max = 0; // requests of one organisation; 0: no limit
  // { code, word }: the next act is refused so, as if somebody else had been first.
  refuse_next = null;

  // --- for tests and screenshots

  add(name, fields = {}) {
    const { organisation = '', title = '', category = 'civil_society', where = 'remote', participant = `p-${this.next}`, text, ...rest } = fields;
    const request = {
      request: `r-${this.next++}`, kind: 'statement', topic: '', language: 'en', state: 'queued', position: null, estimate_s: 300, reason: '',
      item: this.agenda.current, person: { participant, name, title, organisation, category, where }, asked_at: Date.now(), limit_s: 180, elapsed_ms: 0, running_since: null,
      outcome: null, outcome_reason: null, ...rest,
    };
    if (request.kind === 'written') {
      Object.assign(request, { reader: null, has_text: Boolean(text) }, rest);
      this.texts.set(request.request, text);
    }
    (['granted', 'on_air', 'paused', 'held'].includes(request.state) ? this.floor : this.queue).push(request);
    this.changed('queue', 'floor');
    return request;
  }

  onAir(request) {
    this.take(request);
    Object.assign(request, { state: 'on_air', running_since: Date.now(), position: null });
    this.floor.push(request);
    this.floor.sort((a, b) => (a.kind === 'chair') - (b.kind === 'chair'));
    this.changed('queue', 'floor');
  }

  set(request, fields) {
    Object.assign(request, fields);
    this.changed('queue', 'floor');
  }

  end(request, outcome, reason = null) {
    this.take(request);
    const elapsed = request.running_since ? request.elapsed_ms + Date.now() - request.running_since : request.elapsed_ms;
    const ended = { ...request, state: outcome, outcome, outcome_reason: reason, elapsed_ms: elapsed, running_since: null };
    if (request.running_since || request.state === 'paused') this.spoke(ended);
    const { person, reader, topic, language } = request;
    if (request.has_text && request.running_since && outcome === 'released') this.delivered = [{ request: request.request, person, reader, topic, language, at: Date.now() }, ...this.delivered];
    this.changed('queue', 'floor', 'last', 'totals', 'delivered');
    for (const client of this.clients) if (client.you?.participant === request.person.participant) notify(client, 'floor.ended', ended);
  }

  // Points of order consume nobody's time.
  spoke(ended) {
    if (ended.kind === 'chair') return;
    this.last = ended;
    if (ended.kind === 'point_of_order' || this.meeting.state === 'rehearsal') return;
    const { category, participant } = ended.person;
    const categories = this.totals.categories.map((share) => ({ ...share }));
    let share = categories.find((other) => other.category === category);
    if (!share) categories.push((share = { category, spoken_ms: 0, spoken_count: 0 }));
    share.spoken_ms += ended.elapsed_ms;
    share.spoken_count += 1;
    this.totals = { categories };
    for (const other of [...this.queue, ...this.floor]) {
      if (other.person.participant !== participant) continue;
      other.spoken_ms = (other.spoken_ms ?? 0) + ended.elapsed_ms;
      other.spoken_count = (other.spoken_count ?? 0) + 1;
    }
  }

  setAgenda(titles, current = null) {
    this.agenda = { items: titles.map((title, index) => ({ item: String(index + 1), title })), current, since: current ? Date.now() : null };
    this.changed('agenda');
  }

  // The private line: to who asked, and to those who help.
  tellHelp(help) {
    for (const client of this.clients) if (client.you && concerns(client.you, help)) notify(client, 'help.changed', help);
  }

  // The verdict on somebody's sound: told beside the state, to them and to who runs the room.
  heard(request, readiness) {
    this.readiness.set(request.request, readiness);
    for (const client of this.clients) this.tell_readiness(client, request.request);
  }

  // A moderator's private note: to moderators, and to nobody else.
  noted(request, text, by = 'Moderator') {
    const note = { request, text, ...(text && { by, at: Date.now() }) };
    if (text) this.notes.set(request, note);
    else this.notes.delete(request);
    for (const client of this.clients) if (client.you?.role === 'moderator') notify(client, 'note.changed', note);
  }

  // What somebody's last device check came to, to those who see readiness.
  known(request, readiness, at = Date.now()) {
    const check = { participant: request.person.participant, at, readiness };
    this.checks.set(check.participant, check);
    for (const client of this.clients) this.tell_check(client, check);
  }

  tell_check({ you, socket }, check) {
    if (['moderator', 'technician', 'chair', 'interpreter'].includes(you?.role)) notify({ socket }, 'check.known', check);
  }

  // What a device check measured, to the page of this person.
  checked(participant, result) {
    for (const client of this.clients) if (client.you?.participant === participant) notify(client, 'check.result', { seconds_left: 50, now_db: -30, heard: true, ...result });
  }

  // The server, which is busy, leaves this person's pictures out.
  leavePicturesOut(participant, left_out) {
    for (const client of this.clients) if (client.you?.participant === participant) notify(client, 'media.pictures', { left_out });
  }

  endCheck(participant, code) {
    for (const client of this.clients) if (client.you?.participant === participant) notify(client, 'check.ended', { code });
  }

  tell_readiness({ you, socket }, id) {
    const person = [...this.queue, ...this.floor].find(({ request }) => request === id)?.person;
    const sees = ['moderator', 'technician', 'chair', 'interpreter'].includes(you?.role) || (person && you?.participant === person.participant);
    if (sees) notify({ socket }, 'floor.readiness', { request: id, readiness: this.readiness.get(id) });
  }

  // Everybody's connection is cut; whoever comes back finds the meeting as it was.
  cut() {
    for (const client of [...this.clients]) client.socket.terminate();
  }

  // --- the protocol

  connect(socket) {
    const client = { socket, you: null };
    this.clients.add(client);
    socket.on('close', () => this.clients.delete(client));
    socket.on('message', (data) => this.received(client, JSON.parse(String(data))));
  }

  received(client, { id, method, params = {} }) {
    this.calls.push({ method, params });
    let answer;
    try {
      answer = { result: this.dispatch(client, method, params) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      answer = { error: { code: error.code, message: error.message, data: { code: error.word } } };
    }
    client.socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
    if (method === 'meeting.join' && client.you && ['moderator', 'technician'].includes(client.you.role)) notify(client, 'room.status', this.status());
    if (method === 'meeting.join' && client.you) for (const help of this.helps) if (help.state === 'open' && concerns(client.you, help)) notify(client, 'help.changed', help);
    if (method === 'meeting.join' && client.you) for (const check of this.checks.values()) this.tell_check(client, check);
    if (method === 'meeting.join' && client.you?.role === 'moderator') for (const note of this.notes.values()) notify(client, 'note.changed', note);
    if (method === 'meeting.join' && client.you) for (const request of this.readiness.keys()) this.tell_readiness(client, request);
  }

  dispatch(client, method, params) {
    if (method === 'meeting.join') return this.join(client, params);
    if (!client.you) throw new Refusal(-32001, 'not_joined', 'Join first.');
    if (method === 'meeting.state') return this.state(client);
    const chairs = client.you.role === 'chair' && kChairs.includes(method);
    if (kMethods[method] && client.you.role !== 'moderator' && !chairs) throw new Refusal(-32001, 'role', 'Only moderators may do that.');
    const act = acts[method];
    if (!act) throw new Refusal(-32601, 'unknown_method', 'No such method.');
    if (this.refuse_next && kMethods[method]) {
      const { code, word } = this.refuse_next;
      this.refuse_next = null;
      throw new Refusal(code, word, word);
    }
    const before = { queue: structuredClone(this.queue), floor: structuredClone(this.floor), last: this.last, delivered: this.delivered, meeting: this.meeting, agenda: this.agenda, totals: this.totals };
    const chairs_own = this.floor.some(({ request, kind }) => kind === 'chair' && request === params.request);
    const answer = act(this, client, params) ?? {};
    const undoes = /^(floor|list|agenda[.]select)/.test(method) && (kMethods[method] || (method === 'floor.release' && client.you.role !== 'participant'));
    if (undoes && !chairs_own && !kNotUndone.includes(method)) this.keep(client.you, method, params.request ?? answer.request ?? null, before);
    return answer;
  }

  // For some seconds the meeting can be set back to before the last act.
  keep({ name, role }, act, request, before) {
    const undo = { by: name || role, act, request, until: Date.now() + this.undo_ms, chair: kChairsUndo.includes(act) };
    Object.assign(this, { undo, before });
    this.changed('undo');
    setTimeout(() => {
      if (this.undo !== undo) return;
      this.undo = null;
      this.changed('undo');
    }, this.undo_ms).unref();
  }

  setMeeting(fields) {
    const since = fields.state && { live_since: fields.state === 'live' ? Date.now() : null };
    this.meeting = { ...this.meeting, ...since, ...fields };
    this.changed('meeting');
  }

  exclude(client, code) {
    notify(client, 'meeting.excluded', { code, message: 'This meeting is not for everybody at present.' });
    client.socket.close(1008, code);
  }

  // Registered is who has a link; a closed meeting is not for those who only watch, either.
  entitled(role) {
    const { audience } = this.meeting;
    return audience === 'public' || (role !== undefined && (audience === 'registered' || role !== 'observer'));
  }

  join(client, { token, resume, where }) {
    const claims = token ? JSON.parse(Buffer.from(token.split('.')[1], 'base64url')) : {};
    if (claims.role === 'expired') throw new Refusal(-32001, 'expired', 'This link has expired.');
    if (!this.entitled(claims.role)) throw new Refusal(-32001, `audience_${this.meeting.audience}`, 'This meeting is not for everybody at present.');
    const participant = claims.sub ? `p-${claims.sub}` : (resume ?? `p-guest-${this.next++}`);
    if (this.removed.has(participant)) throw new Refusal(-32001, 'removed', 'You were removed from this meeting.');
    client.link = claims.role;
    client.you = { participant, name: claims.name ?? '', role: claims.role ?? 'observer', organisation: claims.organisation ?? '', category: claims.category ?? '' };
    const places = this.people.get(participant);
    client.you.where = claims.where ?? where ?? places ?? 'remote';
    this.people.set(participant, client.you.where);
    return { participant, resume: participant, media_token: `media-${participant}-${this.next++}`, seq: this.seq, ice_servers: [], state: this.state(client) };
  }

  state(client) {
    return {
      seq: this.seq, server_time: Date.now(), meeting: this.meeting, languages: this.languages, queue: this.queue, waiting: this.waiting, floor: this.floor, last: this.last, delivered: this.delivered,
      return: this.returns, room: this.room, undo: this.undo, in_charge: this.in_charge, advice: this.advice, agenda: this.agenda, totals: this.totals, you: client.you,
    };
  }

  get waiting() {
    return this.queue.length + this.behind;
  }

  changed(...members) {
    if (members.includes('queue')) members.push('waiting');
    this.queue.forEach((request, index) => (request.position = index + 1));
    this.seq += 1;
    const all = { meeting: this.meeting, queue: this.queue, waiting: this.waiting, floor: this.floor, last: this.last, delivered: this.delivered, return: this.returns, room: this.room, undo: this.undo, in_charge: this.in_charge, advice: this.advice, agenda: this.agenda, totals: this.totals };
    const set = Object.fromEntries(members.map((member) => [member, all[member]]));
    for (const client of this.clients) if (client.you) notify(client, 'meeting.changed', { seq: this.seq, server_time: Date.now(), set });
    this.tell_status();
  }

  tell_status() {
    for (const client of this.clients) if (['moderator', 'technician'].includes(client.you?.role)) notify(client, 'room.status', this.status());
  }

  find(id) {
    const found = [...this.queue, ...this.floor].find(({ request }) => request === id);
    if (!found) throw new Refusal(-32003, 'ended', 'That request has ended already.');
    return found;
  }

  take(request) {
    this.queue = this.queue.filter((other) => other !== request);
    this.floor = this.floor.filter((other) => other !== request);
  }

  mayPublish() {
    return [...this.queue, ...this.floor].some(({ state }) => state === 'standby' || state === 'granted' || state === 'on_air');
  }

  rooms() {
    return [
      { id: 'room-a', title: 'Room A', state: this.meeting.state, languages: this.languages, picture: this.room.picture, viewers: 128, speaker: this.floor[0]?.person.name ?? null },
      { id: 'room-b', title: 'Room B', state: 'scheduled', languages: ['floor', 'en', 'fr'], picture: 'slate', viewers: 0, speaker: null },
    ];
  }

  status() {
    return {
      room: 'room-a', title: 'Room A', process: this.process, picture: this.room.picture, viewers: 128, return_connected: this.returns.connected,
      sources: [
        { id: 'main', kind: 'room', url: 'srt://0.0.0.0:9001', state: 'live', detail: '', level_db: -19.5, picture: { codec: 'h264', width: 1280, height: 720, frame_rate: 30, passthrough: true } },
        { id: 'backup', kind: 'room', url: 'rtsp://camera-7.local/stream', state: 'failed', detail: 'connection refused', detail_code: 'unreachable', level_db: -100 },
      ],
      returns: [
        { id: 'wall', url: 'srt://0.0.0.0:9101', state: this.returns.connected ? 'connected' : 'waiting', detail: '', level_db: -42 },
        {
          id: 'screen', url: 'screen:', state: this.screen_sound ? 'connected' : 'waiting', level_db: -42,
          detail: this.screen_sound === false ? 'the page is open, its sound has not been started' : '', detail_code: this.screen_sound === false ? 'sound_not_started' : '',
        },
      ],
      channels: this.languages.map((language, index) => ({ language, level_db: language === 'ru' ? -70 : -17 - index * 3, silent: language === 'ru' })),
      speakers: [...this.queue.filter(({ state }) => state === 'standby'), ...this.floor].map(({ request, person, state, media }) => ({
        request, name: person.name, state: state === 'on_air' ? 'on_air' : media === 'none' ? 'connecting' : 'decoding', level_db: -24,
      })),
      alarms: this.process === 'running' ? this.alarms : [...this.alarms, { code: 'room_restarting', text: 'Room A: the room process is starting' }],
    };
  }
}

function notify(client, method, params) {
  client.socket.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
}

const acts = {
  'channel.select': () => ({}),
  'person.where': (meeting, { you }, { where }) => {
    const own = [...meeting.queue, ...meeting.floor].filter(({ person }) => person.participant === you.participant);
    if (own.some((request) => meeting.floor.includes(request))) throw new Refusal(-32004, 'have_floor', 'You have the floor.');
    you.where = where;
    meeting.people.set(you.participant, where);
    for (const { person } of own) person.where = where;
    meeting.changed('queue');
  },
  'return.sound': (meeting, { you }, { started }) => {
    if (you.role !== 'technician') throw new Refusal(-32001, 'role', 'Only technicians show the return.');
    meeting.screen_sound = started;
    meeting.tell_status();
  },
  'floor.request': (meeting, { you }, params) => {
    if (you.role === 'observer') throw new Refusal(-32001, 'role', 'Observers only watch.');
    checkText(params, Refusal);
    const passes = ['point_of_order', 'right_of_reply'].includes(params.kind);
    if (meeting.meeting.list === 'closed' && !passes) throw new Refusal(-32002, 'list_closed', 'The list is closed.');
    const order = params.kind === 'point_of_order';
    const open = [...meeting.queue, ...meeting.floor].find(({ person, kind }) => person.participant === you.participant && (kind === 'point_of_order') === order);
    if (open && open.key === params.key) return { request: open.request, position: open.position };
    if (open) throw new Refusal(-32004, 'already_asked', 'You have an open request already.');
    const mates = [...meeting.queue, ...meeting.floor].filter(({ person }) => person.organisation === you.organisation);
    if (meeting.delegation_max && mates.length >= meeting.delegation_max) throw new Refusal(-32005, 'delegation_full', 'Your delegation has enough.');
    const other = params.beneficiary;
    const who = other ? { ...you, name: other, title: params.beneficiary_title, asked_by: you.name } : you;
    const request = meeting.add(who.name, { ...who, kind: params.kind, topic: params.topic, language: params.language, key: params.key, text: params.text });
    return { request: request.request, position: request.position };
  },
  'floor.withdraw': (meeting, _, { request }) => meeting.end(meeting.find(request), 'withdrawn', 'withdrawn'),
  'floor.ready': (meeting, _, { request }) => meeting.set(meeting.find(request), { ready: true }),
  'floor.speak': (meeting, { you }, { key, override }) => {
    const open = meeting.floor.find(({ kind, person }) => kind === 'chair' && person.participant === you.participant);
    if (open) return { request: open.request };
    if (you.where === 'remote' && !meeting.returns.connected && !override) throw new Refusal(-32004, 'no_return', 'No return is connected.');
    const speech = meeting.add(you.name, { ...you, kind: 'chair', key, language: 'floor', limit_s: 0, state: 'granted' });
    if (you.where !== 'remote') meeting.onAir(speech);
    else setTimeout(() => meeting.floor.includes(speech) && meeting.onAir(speech), 200);
    return { request: speech.request };
  },
  'floor.release': (meeting, { you }, { request }) => {
    const found = request ? meeting.find(request) : meeting.floor.find(({ person }) => person.participant === you.participant);
    if (found) meeting.end(found, 'released', found.person.participant === you.participant ? 'finished' : 'ended');
  },
  'floor.deny': (meeting, _, { request }) => meeting.end(meeting.find(request), 'denied', 'denied'),
  'floor.revoke': (meeting, _, { request, reason }) => meeting.end(meeting.find(request), 'revoked', reason ?? 'revoked'),
  'floor.approve': (meeting, _, { request }) => meeting.set(meeting.find(request), { state: 'queued' }),
  'floor.prepare': (meeting, _, { request }) => meeting.set(meeting.find(request), { state: 'standby', media: 'flowing' }),
  'floor.pass': (meeting, _, { request }) => {
    const found = meeting.find(request);
    const index = meeting.queue.indexOf(found);
    meeting.queue.splice(index, 1);
    meeting.queue.splice(index + 1, 0, found);
    meeting.set(found, { state: 'queued' });
  },
  'floor.grant': (meeting, _, { request, override }) => {
    const found = request ? meeting.find(request) : (meeting.queue.find(({ state }) => state === 'standby') ?? meeting.queue[0]);
    if (!found) throw new Refusal(-32003, 'nobody_waiting', 'Nobody is waiting.');
    const remote = found.person.where === 'remote' && found.kind !== 'written';
    if (!meeting.returns.connected && remote && !override) throw new Refusal(-32004, 'no_return', 'No return is connected.');
    for (const speaker of meeting.floor.filter(({ kind }) => kind !== 'chair')) meeting.end(speaker, 'released', 'next_speaker');
    meeting.take(found);
    found.state = 'granted';
    meeting.floor.push(found);
    meeting.changed('queue', 'floor');
    // Who is in the room needs nothing to be carried there.
    if (!remote) meeting.onAir(found);
    else setTimeout(() => meeting.floor.includes(found) && meeting.onAir(found), 200);
    return { request: found.request };
  },
  'floor.move': (meeting, _, { request, before }) => {
    const found = meeting.find(request);
    meeting.queue = meeting.queue.filter((other) => other !== found);
    const index = meeting.queue.findIndex((other) => other.request === before);
    meeting.queue.splice(index < 0 ? meeting.queue.length : index, 0, found);
    meeting.meeting = { ...meeting.meeting, order: 'manual' };
    meeting.changed('queue', 'meeting');
  },
  'floor.pause': (meeting, _, { request }) => {
    const found = meeting.find(request);
    meeting.set(found, { state: 'paused', elapsed_ms: found.elapsed_ms + Date.now() - found.running_since, running_since: null });
  },
  'floor.resume': (meeting, _, { request }) => meeting.set(meeting.find(request), { state: 'on_air', running_since: Date.now() }),
  'floor.mute': (meeting, _, { request }) => meeting.set(meeting.find(request), { muted: true }),
  'floor.unmute': (meeting, _, { request }) => meeting.set(meeting.find(request), { muted: false }),
  'floor.extend': (meeting, _, { request, seconds }) => {
    const found = meeting.find(request);
    meeting.set(found, { limit_s: found.limit_s + seconds });
  },
  'floor.add': (meeting, _, { name, ...fields }) => ({ request: meeting.add(name, fields).request }),
  'floor.note': (meeting, { you }, { request, text }) => meeting.noted(meeting.find(request).request, text, you.name),
  ...helpActs(Refusal),
  ...textActs(Refusal),
  'list.open': (meeting) => meeting.setMeeting({ list: 'open' }),
  'list.close': (meeting) => meeting.setMeeting({ list: 'closed' }),
  'list.order': (meeting, _, { order }) => meeting.setMeeting({ order }),
  'floor.undo': (meeting, client) => {
    if (!meeting.undo) throw new Refusal(-32003, 'nothing_to_undo', 'There is nothing to undo any more.');
    if (client.you.role === 'chair' && !meeting.undo.chair) throw new Refusal(-32001, 'not_yours', 'Only a moderator can undo this.');
    Object.assign(meeting, meeting.before, { undo: null, before: null });
    meeting.changed('undo', 'queue', 'floor', 'last', 'delivered', 'meeting', 'agenda', 'totals');
  },
  'meeting.open': (meeting, _, { rehearsal }) => meeting.setMeeting({ state: rehearsal ? 'rehearsal' : 'live' }),
  'meeting.suspend': (meeting) => meeting.setMeeting({ state: 'suspended' }),
  'meeting.resume': (meeting) => meeting.setMeeting({ state: 'live' }),
  'meeting.close': (meeting) => meeting.setMeeting({ state: 'closed', list: 'closed' }),
  'meeting.audience': (meeting, _, { audience }) => {
    meeting.setMeeting({ audience });
    for (const client of [...meeting.clients]) {
      if (!client.you || meeting.entitled(client.link)) continue;
      meeting.exclude(client, `audience_${audience}`);
    }
  },
  'people.remove': (meeting, _, { participant }) => {
    for (const request of [...meeting.queue, ...meeting.floor]) if (request.person.participant === participant) meeting.end(request, 'denied', 'removed');
    meeting.removed.add(participant);
    for (const client of [...meeting.clients]) if (client.you?.participant === participant) meeting.exclude(client, 'removed');
  },
  'agenda.select': (meeting, _, { item, from }) => {
    if (item === meeting.agenda.current) return;
    if (from !== undefined && from !== meeting.agenda.current) throw new Refusal(-32004, 'item_moved', 'Another item has become current meanwhile.');
    if (item && !meeting.agenda.items.some((other) => other.item === item)) throw new Refusal(-32003, 'no_item', 'There is no such item.');
    meeting.agenda = { ...meeting.agenda, current: item, since: item ? Date.now() : null };
    meeting.changed('agenda');
  },
  'agenda.set': (meeting, _, { items }) => {
    if (new Set(items.map(({ item }) => item)).size < items.length) throw new Refusal(-32602, 'bad_agenda', 'Two items have the same number.');
    meeting.agenda = { items, current: null, since: null };
    meeting.changed('agenda');
  },
  'meeting.take_over': (meeting, { you }) => {
    meeting.in_charge = you.name;
    meeting.changed('in_charge');
  },
};
