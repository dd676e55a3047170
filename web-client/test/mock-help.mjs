// The mock meeting's private line: from anybody to who helps.

const helps = ({ role }) => ['technician', 'moderator', 'admin'].includes(role);
export const concerns = (you, { person }) => helps(you) || you.role === 'organiser' || you.participant === person.participant;

export function helpActs(Refusal) {
  const openHelp = (meeting, id) => {
    const help = meeting.helps.find((other) => other.help === id);
    if (help?.state !== 'open') throw new Refusal(-32003, 'help_closed', 'It has been closed.');
    return help;
  };
  return {
    'help.ask': (meeting, { you }, { text }) => {
      let help = meeting.helps.find(({ state, person }) => state === 'open' && person.participant === you.participant);
      if (!help) meeting.helps.push((help = { help: `h-${meeting.next++}`, state: 'open', person: { ...you }, role: you.role, lines: [] }));
      help.lines.push({ by: you.name, staff: false, at: Date.now(), text });
      meeting.tellHelp(help);
      return { help: help.help };
    },
    'help.answer': (meeting, { you }, { help: id, text }) => {
      const help = openHelp(meeting, id);
      if (!helps(you)) throw new Refusal(-32001, 'role', 'Only those who help.');
      help.lines.push({ by: you.name, staff: true, at: Date.now(), text });
      meeting.tellHelp(help);
    },
    'help.close': (meeting, _, { help: id }) => {
      const help = openHelp(meeting, id);
      help.state = 'closed';
      meeting.tellHelp(help);
    },
  };
}
