// A QR code as one path: black on white in every colour scheme, because cameras read it.
import { html, type TemplateResult } from 'lit';
import { encode } from 'uqr';

// Empty modules around it (ISO/IEC 18004 asks for four).
const kQuiet = 4;

export function qrCode(text: string, label: string): TemplateResult {
  // The lowest correction has the largest modules: a clean screen or sheet needs size, for cameras that are not near.
  const { data, size } = encode(text, { ecc: 'L', border: kQuiet });
  // One piece for each run of dark modules in a row.
  const path = data
    .map((row, y) => {
      let pieces = '';
      for (let x = 0; x < row.length; x += 1) {
        const start = x;
        while (row[x]) x += 1;
        if (x > start) pieces += `M${start} ${y}h${x - start}v1h-${x - start}z`;
      }
      return pieces;
    })
    .join('');
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label=${label} shape-rendering="crispEdges">
    <rect width=${size} height=${size} fill="#fff" />
    <path d=${path} fill="#000" />
  </svg>`;
}
