// Values for tests.
import type { FloorRequest, Help, MeetingState } from './protocol.ts';

export function exampleRequest(fields: Partial<FloorRequest> = {}): FloorRequest {
  return {
    request: 'r-1', kind: 'statement', topic: '', language: 'en', state: 'queued', position: 1, estimate_s: 300, reason: '', asked_at: 0,
    limit_s: 180, elapsed_ms: 0, running_since: null, outcome: null, outcome_reason: null,
    person: { participant: 'p-1', name: 'Li Wei', organisation: '', category: null, where: 'remote' },
    ...fields,
  };
}

export function exampleState(fields: Partial<MeetingState> = {}): MeetingState {
  return {
    seq: 10, server_time: 1_000,
    meeting: { id: 'room-a', room: 'room-a', title: 'Room A', state: 'live', audience: 'public', list: 'open', order: 'asked', speakers_max: 1 },
    languages: ['floor', 'en', 'fr'], queue: [], waiting: 0, floor: [], last: null, return: { connected: true },
    room: { picture: 'live', silent_channels: [] }, you: { participant: 'p-1', name: 'Li Wei', role: 'participant' },
    ...fields,
  };
}

export function exampleHelp(fields: Partial<Help> = {}): Help {
  return {
    help: 'h-1', state: 'open', role: 'participant', person: { participant: 'p-1', name: 'Li Wei' },
    lines: [{ by: 'Li Wei', staff: false, at: 1_000, text: 'No sound' }],
    ...fields,
  };
}
