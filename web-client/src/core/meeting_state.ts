// What a meeting's state and audience mean: who hears it, and what can be done with it.
import type { MessageKey } from './i18n.ts';
import type { MeetingInfo, MeetingState } from './protocol.ts';

// Nobody may take a closed or suspended meeting for a public one: every console shows who can hear now.
export function hearKey({ meeting }: Pick<MeetingState, 'meeting'>): MessageKey {
  if (meeting.state === 'rehearsal') return 'moderator.hear.rehearsal';
  if (meeting.state === 'suspended') return 'moderator.hear.suspended';
  if (meeting.state !== 'live') return 'moderator.hear.over';
  return `moderator.hear.${meeting.audience}`;
}

export type MeetingAct = 'rehearse' | 'open' | 'suspend' | 'resume' | 'close';

const acts: Readonly<Record<MeetingInfo['state'], readonly MeetingAct[]>> = {
  scheduled: ['rehearse', 'open'],
  rehearsal: ['open', 'close'],
  live: ['suspend', 'close'],
  suspended: ['resume', 'close'],
  closed: ['rehearse', 'open'],
};

export function meetingActs({ state }: Pick<MeetingInfo, 'state'>): readonly MeetingAct[] {
  return acts[state];
}

// A rehearsal is heard by nobody outside; everything else people outside notice at once.
export function isPublic(act: MeetingAct): boolean {
  return act !== 'rehearse';
}

// While the meeting is not live, viewers have neither picture nor sound, whatever the room sends.
export function isOff({ state }: Pick<MeetingInfo, 'state'>): boolean {
  return state !== 'live';
}
