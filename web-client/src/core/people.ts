// Many people at once, as one pastes them: a line each, with name, organisation, category, title, country and protocol rank
// between commas, semicolons or the tabs of a spreadsheet.
import { rankFrom } from './rank.ts';

export interface Pasted {
  name: string;
  organisation: string;
  category: string;
  title: string;
  country: string;
  rank: number; // 0: none
}

export interface PastedLine {
  text: string;
  person: Pasted | null; // null: no name, a category that nobody knows, or no rank where one belongs
}

export const kMaxPasted = 500; // lines; each is a request of its own, and more than that is another paste

// A field in quotes may hold the separator, and a quote that is written twice.
function fieldsOf(line: string): string[] {
  const separator = ['\t', ';', ','].find((sign) => line.includes(sign)) ?? ',';
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const sign = line[at] ?? '';
    if (sign === '"' && quoted && line[at + 1] === '"') {
      field += sign;
      at += 1;
    } else if (sign === '"' && (quoted || !field.trim())) {
      quoted = !quoted;
    } else if (sign === separator && !quoted) {
      fields.push(field.trim());
      field = '';
    } else {
      field += sign;
    }
  }
  return [...fields, field.trim()];
}

// `categories` leads from the words that a person may write, in lower case, to the protocol's.
export function pastedPeople(text: string, categories: ReadonlyMap<string, string>): PastedLine[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim());
  return lines.slice(0, kMaxPasted).map((line) => {
    const [name = '', organisation = '', word = '', title = '', country = '', place = ''] = fieldsOf(line);
    const category = word ? categories.get(word.toLowerCase()) : '';
    const rank = rankFrom(place);
    return { text: line, person: name && category !== undefined && rank !== null ? { name, organisation, category, title, country, rank } : null };
  });
}
