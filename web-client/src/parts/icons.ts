// Our own icons, 24×24, drawn with a stroke of 2. They never stand without a word or an accessible name beside them.
import { svg, html, type TemplateResult } from 'lit';

const paths = {
  mic: svg`<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5 11a7 7 0 0 0 14 0M12 18v3"/>`,
  mic_off: svg`<path d="M15 9.5V6a3 3 0 0 0-5.7-1.3M9 9v2a3 3 0 0 0 4.5 2.6M5 11a7 7 0 0 0 11 5.7M19 11a7 7 0 0 1-.4 2.3M12 18v3M4 4l16 16"/>`,
  camera: svg`<rect x="3" y="6" width="12" height="12" rx="2"/><path d="m15 10.5 6-3v9l-6-3"/>`,
  camera_off: svg`<path d="M8 6h5a2 2 0 0 1 2 2v2.5l6-3v9l-3-1.5M15 15v1a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V8a2 2 0 0 1 1-1.7M4 4l16 16"/>`,
  hand: svg`<path d="M7 12V6.5a1.5 1.5 0 0 1 3 0V11V4.5a1.5 1.5 0 0 1 3 0V11V5.5a1.5 1.5 0 0 1 3 0V12V8.5a1.5 1.5 0 0 1 3 0V15a6 6 0 0 1-6 6h-1.2a6 6 0 0 1-4.9-2.6L4.2 14.3a1.6 1.6 0 0 1 2.6-1.9L8 14"/>`,
  headphones: svg`<path d="M4 14v-2a8 8 0 0 1 16 0v2"/><rect x="3" y="14" width="4.5" height="6" rx="2"/><rect x="16.5" y="14" width="4.5" height="6" rx="2"/>`,
  volume: svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11"/>`,
  volume_off: svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5"/>`,
  globe: svg`<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9s.5-6 3.5-9"/>`,
  help: svg`<circle cx="12" cy="12" r="9"/><path d="M9.5 9.5a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.1.9-1.1 1.7M12 16.8v.2"/>`,
  leave: svg`<path d="M14 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h8M10 12h11m-4-4 4 4-4 4"/>`,
  full: svg`<path d="M4 9V5a1 1 0 0 1 1-1h4M15 4h4a1 1 0 0 1 1 1v4M20 15v4a1 1 0 0 1-1 1h-4M9 20H5a1 1 0 0 1-1-1v-4"/>`,
  check: svg`<path d="m5 12.5 4.5 4.5L19 7.5"/>`,
  close: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  play: svg`<path d="M7 4.5v15l12-7.5z"/>`,
  pause: svg`<path d="M8 5v14M16 5v14"/>`,
  stop: svg`<rect x="6" y="6" width="12" height="12" rx="1.5"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  undo: svg`<path d="M9 5 4 10l5 5M4 10h10a5 5 0 0 1 0 10h-3"/>`,
  low: svg`<path d="M7 5v14m-4-4 4 4 4-4M17 5v14m-4-4 4 4 4-4"/>`,
  up: svg`<path d="m6 14 6-6 6 6"/>`,
  down: svg`<path d="m6 10 6 6 6-6"/>`,
  alert: svg`<path d="M12 4 2.5 20h19zM12 10v4.5M12 17.3v.2"/>`,
  flag: svg`<path d="M6 21V4h11l-2 4 2 4H6"/>`,
  refresh: svg`<path d="M20 11a8 8 0 0 0-14.5-3.5L4 9M4 4v5h5M4 13a8 8 0 0 0 14.5 3.5L20 15M20 20v-5h-5"/>`,
  lock: svg`<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>`,
  unlock: svg`<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 7.5-2"/>`,
  eye: svg`<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12"/><circle cx="12" cy="12" r="3"/>`,
  desk: svg`<path d="M3 9h18M5 9v10M19 9v10M8 9V6h8v3M9 14h6"/>`,
  phone: svg`<path d="M6 3h3l1.5 5-2 1.5a12 12 0 0 0 6 6l1.5-2 5 1.5v3a2 2 0 0 1-2 2A16 16 0 0 1 4 5a2 2 0 0 1 2-2"/>`,
  screen: svg`<rect x="3" y="4" width="18" height="12" rx="2"/><path d="M12 16v4M8 20h8"/>`,
  clock: svg`<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.5 2"/>`,
  grip: svg`<path d="M9 6v.1M15 6v.1M9 12v.1M15 12v.1M9 18v.1M15 18v.1" stroke-width="3"/>`,
  more: svg`<path d="M5 12v.1M12 12v.1M19 12v.1" stroke-width="3"/>`,
  people: svg`<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20a6.5 6.5 0 0 1 13 0M16 4.8a3.5 3.5 0 0 1 0 6.4M18 14.3a6.5 6.5 0 0 1 3.5 5.7"/>`,
  copy: svg`<rect x="8" y="8" width="12" height="12" rx="2"/><path d="M16 4H6a2 2 0 0 0-2 2v10"/>`,
  code: svg`<path d="M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 20h2"/>`,
  find: svg`<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>`,
  note: svg`<path d="M5 3h14v11l-6 7H5zM13 21v-7h6M8.5 8h7M8.5 12h4"/>`,
  print: svg`<path d="M7 9V4h10v5M7 17H5a1 1 0 0 1-1-1v-5a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v5a1 1 0 0 1-1 1h-2"/><path d="M7 14h10v6H7z"/>`,
  theme: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5v17a8.5 8.5 0 0 0 0-17" fill="currentColor"/>`,
} as const;

export type IconName = keyof typeof paths;

// Icons that point along the line of reading.
const turning: readonly IconName[] = ['leave', 'play', 'undo'];

export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon ${turning.includes(name) ? 'turns' : ''}" viewBox="0 0 24 24" aria-hidden="true">${paths[name]}</svg>`;
}

// The hall seen from above: rows of seats and the rostrum.
export function logo(): TemplateResult {
  return html`<svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="#0A5CAD" />
    <g fill="#fff">
      <circle cx="5.5" cy="19.5" r="1.9" />
      <circle cx="8.6" cy="12.1" r="1.9" />
      <circle cx="16" cy="9" r="1.9" />
      <circle cx="23.4" cy="12.1" r="1.9" />
      <circle cx="26.5" cy="19.5" r="1.9" />
      <g opacity=".75">
        <circle cx="11" cy="19.8" r="1.6" />
        <circle cx="12.6" cy="16.2" r="1.6" />
        <circle cx="16" cy="14.7" r="1.6" />
        <circle cx="19.4" cy="16.2" r="1.6" />
        <circle cx="21" cy="19.8" r="1.6" />
      </g>
    </g>
    <rect x="12.5" y="22" width="7" height="3.6" rx="1.8" fill="#FFD24D" />
  </svg>`;
}

interface Seat {
  x: number;
  y: number;
  r: number;
  row: number;
}

// Seats of a hemicycle, for the join page and wherever no picture is shown.
function seats(): Seat[] {
  const all: Seat[] = [];
  for (let row = 0; row < 7; row += 1) {
    const radius = 70 + row * 24;
    const count = 9 + row * 3;
    for (let n = 0; n < count; n += 1) {
      const angle = Math.PI * (0.06 + (0.88 * n) / (count - 1));
      all.push({ x: 240 - Math.cos(angle) * radius, y: 250 - Math.sin(angle) * radius, r: 4 + row * 0.55, row });
    }
  }
  return all;
}

export function hall(): TemplateResult {
  return html`<svg class="hall" viewBox="0 0 480 290" aria-hidden="true">
    ${seats().map(
      ({ x, y, r, row }) => svg`<circle cx=${x.toFixed(1)} cy=${y.toFixed(1)} r=${r} opacity=${(0.95 - row * 0.11).toFixed(2)}/>`,
    )}
    <rect class="rostrum" x="214" y="246" width="52" height="18" rx="9" />
  </svg>`;
}
