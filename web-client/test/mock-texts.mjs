// The mock meeting's texts that are read out: what is taken, who reads them out, and who may read them when.

export function checkText({ kind, text }, Refusal) {
  if (kind === 'written' && !text) throw new Refusal(-32602, 'text_missing', 'Hand in the text.');
  if (Array.from(text ?? '').length > 3_000) throw new Refusal(-32602, 'text_too_long', 'The text is too long.');
}

export function textActs(Refusal) {
  return {
    'floor.reader': (meeting, _, { request, reader }) => meeting.set(meeting.find(request), { reader: reader || null }),
    // Before it was read out, for who has it read, interprets or captions it, and its author.
    'floor.text': (meeting, { you }, { request }) => {
      const open = [...meeting.queue, ...meeting.floor].find((other) => other.request === request);
      const text = meeting.texts.get(request);
      if (!text) throw new Refusal(-32003, 'no_text', 'There is no such text.');
      const delivered = meeting.delivered.some((other) => other.request === request);
      const ahead = ['moderator', 'admin', 'interpreter', 'captioner'].includes(you.role) || open?.person.participant === you.participant;
      if (!delivered && !ahead) throw new Refusal(-32001, 'not_delivered', 'Not yet.');
      return { request, text };
    },
  };
}
