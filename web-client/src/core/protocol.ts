// The values of signaling/README.md (`plenary.v1`), as they travel. Times: *_at in ms since 1970, *_ms and *_s durations.

export type Role =
  | 'participant' | 'chair' | 'moderator' | 'technician' | 'interpreter' | 'captioner' | 'observer' | 'organiser' | 'admin';

export type RequestKind = 'statement' | 'question' | 'reply' | 'right_of_reply' | 'point_of_order' | 'written' | 'chair'; // the chair's own is asked for by nobody

export type RequestState =
  | 'pending' | 'queued' | 'standby' | 'granted' | 'on_air' | 'paused' | 'held'
  | 'denied' | 'withdrawn' | 'lapsed' | 'released' | 'revoked' | 'expired';

export type Where = 'remote' | 'room' | 'phone';

export interface Person {
  participant: string;
  name: string;
  title?: string | null;
  organisation?: string | null;
  category?: string | null;
  where?: Where;
}

export type ReadinessProblem = 'telephone_band' | 'clipping' | 'noisy' | 'too_quiet' | 'loss' | 'jitter';

export type Network = 'good' | 'fair' | 'poor';

// What arrives of somebody's picture and sound on the real path.
export interface Readiness {
  fit: boolean | null; // for interpretation; null: they have not spoken yet
  microphone?: boolean; // its sound arrives
  camera?: boolean;
  network?: Network | null;
  problems: ReadinessProblem[];
  band_hz?: [number, number] | null;
  level_db?: number | null;
  noise_db?: number | null;
  loss_percent?: number | null;
  jitter_ms?: number | null;
  round_trip_ms?: number | null;
}

export interface FloorRequest {
  request: string;
  kind: RequestKind;
  topic?: string | null;
  language?: string | null;
  state: RequestState;
  position?: number | null;
  estimate_s?: number | null;
  reason?: string | null; // why this place: a word
  person: Person; // who speaks
  asked_by?: string | null; // name of who asked for them
  asked_at: number;
  changed_at?: number; // came into its state
  // Earlier speeches of the person, without points of order.
  spoken_ms?: number;
  spoken_count?: number;
  item?: string | null; // of the agenda
  limit_s?: number | null;
  elapsed_ms?: number;
  running_since?: number | null;
  // `written` only: it was not handed in on paper; who reads it out.
  has_text?: boolean;
  reader?: string | null;
  outcome?: string | null;
  outcome_reason?: string | null;
  muted?: boolean;
  ready?: boolean;
  // none: nothing comes from them; flowing: packets come; decoding: the room process hears them.
  media?: 'none' | 'flowing' | 'decoding';
  connected?: boolean;
  // What the server does by itself, and when: passes over who does not answer the call, frees the floor of who is held, closes
  // the microphone of who speaks beyond their time (only where the meeting says so).
  answer_by?: number;
  kept_until?: number;
  closes_at?: number;
  // Not part of the server's state: `floor.readiness` brings it to those who act on it.
  readiness?: Readiness | null;
}

// A text that was read out: everybody may read it (`floor.text`).
export interface Delivered {
  request: string;
  person: Person;
  reader: string | null;
  topic?: string | null;
  language?: string | null;
  at: number;
}

// The last act that can be taken back, by whom, until when (server clock).
export interface Undo {
  by: string;
  act: string;
  request?: string | null;
  until: number;
  chair?: boolean; // may take it back, too
}

export type Audience = 'public' | 'registered' | 'closed';

export interface MeetingInfo {
  id: string;
  room: string;
  title: string;
  type?: string | null; // a word: "consultation", "workshop", …
  state: 'scheduled' | 'rehearsal' | 'live' | 'suspended' | 'closed';
  live_since?: number | null; // opened, or went on; null in a standing meeting, too
  audience: Audience;
  list: 'open' | 'closed';
  order: 'asked' | 'balance' | 'protocol' | 'manual';
  speakers_max: number;
  replies?: boolean; // to the present speaker are taken
}

export interface AgendaItem {
  item: string; // its number: "4", "4a"
  title: string;
  minutes?: number; // planned for it
}

export interface Agenda {
  items: AgendaItem[];
  current?: string | null;
  since?: number | null;
}

// Speeches that are over.
export interface Totals {
  categories: { category: string; spoken_ms: number; spoken_count: number }[];
}

// A private call to those who run the meeting: `help.changed` brings it to both ends.
export interface Help {
  help: string;
  state: 'open' | 'closed';
  person: Person;
  role: Role;
  lines: { by: string; staff: boolean; at: number; text: string }[];
}

// What moderators wrote down about a request: `note.changed` brings it to them, and to nobody else. No text: none any more.
export interface Note {
  request: string;
  text: string;
  by?: string;
  at?: number;
}

export interface You {
  participant: string;
  name: string;
  role: Role;
  organisation?: string | null;
  category?: string | null;
  where?: Where;
}

export interface MeetingState {
  seq: number;
  server_time: number;
  meeting: MeetingInfo;
  languages: string[];
  queue: FloorRequest[]; // to participants of a long list: its front and their own
  waiting: number; // how many wait
  floor: FloorRequest[];
  last: FloorRequest | null;
  return: { connected: boolean };
  room: { picture: 'live' | 'slate'; silent_channels: string[] };
  undo?: Undo | null;
  advice?: string | null; // whom the order by balance would have next, while the list goes as asked
  in_charge?: string | null;
  delivered?: Delivered[]; // newest first
  agenda?: Agenda;
  totals?: Totals;
  you: You;
}

export interface MeetingChanged {
  seq: number;
  server_time: number;
  set: Partial<Omit<MeetingState, 'seq' | 'server_time'>>;
}

export interface ReadinessTold {
  request: string;
  readiness: Readiness | null; // null: nothing is measured (any more)
}

// Once a second while the page checks its camera and microphone on the real path.
export interface CheckResult {
  seconds_left: number;
  now_db: number; // the loudest moment of the last second
  heard: boolean;
  readiness: Readiness;
}

// What somebody's last device check came to, and when: `check.known` brings it to those who see readiness.
export interface KnownCheck {
  participant: string;
  at: number;
  readiness: Readiness;
}

export interface CheckEnded {
  code: string;
}

export interface Excluded {
  code: string;
  message: string;
}

export interface JoinResult {
  participant: string;
  resume: string;
  media_token: string;
  seq: number;
  ice_servers: RTCIceServer[];
  state: MeetingState;
}

export interface Picture {
  codec?: string;
  width?: number;
  height?: number;
  frame_rate?: number;
  passthrough?: boolean;
}

export interface SourceStatus {
  id: string;
  kind?: string;
  url?: string;
  state: 'connecting' | 'live' | 'stopped' | 'failed';
  detail?: string; // the server's own, English
  detail_code?: string;
  level_db?: number | null;
  picture?: Picture | null;
}

export interface ReturnStatus {
  id: string;
  url?: string;
  state: 'waiting' | 'connected' | 'failed';
  detail?: string;
  detail_code?: string;
  level_db?: number | null;
}

export interface RoomStatus {
  room: string;
  title?: string;
  picture?: 'live' | 'slate';
  process: 'running' | 'restarting';
  viewers: number;
  return_connected: boolean;
  sources: SourceStatus[];
  returns: ReturnStatus[];
  channels: { language: string; level_db?: number | null; silent?: boolean }[];
  speakers: { request: string; name: string; state: string; level_db?: number | null }[];
  alarms: { code: string; text: string; since?: number }[];
}

export interface RoomSummary {
  id: string;
  title: string;
  state?: MeetingInfo['state'];
  languages?: string[];
  picture?: 'live' | 'slate';
  viewers?: number;
  speaker?: string | null;
}

// Who may do what, only to show the right buttons; the server decides by the session.
export const moderatingRoles: readonly Role[] = ['moderator', 'admin'];
export const givingRoles: readonly Role[] = ['chair', 'moderator', 'admin'];
export const pausingRoles: readonly Role[] = ['chair', 'moderator', 'admin'];
export const helpingRoles: readonly Role[] = ['technician', 'moderator', 'admin'];
export const textReadingRoles: readonly Role[] = ['moderator', 'admin', 'interpreter', 'captioner']; // before a text was read out
export const speakingRoles: readonly Role[] = ['participant'];

// Speaks beside whoever has the floor: is nobody's turn, and counts for nothing.
export const isChair = ({ kind }: Pick<FloorRequest, 'kind'>): boolean => kind === 'chair';

export const floorStates: readonly RequestState[] = ['granted', 'on_air', 'paused', 'held'];

// A request's elapsed speaking time at `now` (server clock).
export function elapsed(request: FloorRequest, now: number): number {
  const running = request.running_since == null ? 0 : Math.max(0, now - request.running_since);
  return (request.elapsed_ms ?? 0) + running;
}
