// Level meters on canvas, all drawn in one animation loop.
import { html, type PropertyDeclarations, type TemplateResult } from 'lit';

import { meterFall, meterFraction, meterZone } from '../core/format.ts';
import { define, Part } from './part.ts';

const drawing = new Set<LevelMeter>();
let last = 0;

function loop(now: number): void {
  const passed = last ? now - last : 0;
  last = now;
  for (const meter of drawing) meter.draw(passed);
  if (drawing.size) requestAnimationFrame(loop);
  else last = 0;
}

const kZones = { low: '#738299', good: '#36B870', high: '#F5B942', peak: '#FF5C6C' } as const;

export class LevelMeter extends Part {
  static override properties: PropertyDeclarations = { level: { type: Number }, label: {}, vertical: { type: Boolean }, source: { attribute: false } };
  declare level: number; // dBFS
  declare label: string;
  declare vertical: boolean;
  declare source: (() => number) | null; // asked each frame instead of `level`
  #shown = -90;

  constructor() {
    super();
    this.level = -90;
    this.label = '';
    this.vertical = false;
    this.source = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    drawing.add(this);
    if (drawing.size === 1) requestAnimationFrame(loop);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    drawing.delete(this);
  }

  // Its value for assistive technology moves with the level that was set, not with every frame.
  override render(): TemplateResult {
    const value = Math.round(Math.max(-60, this.level));
    return html`<canvas role="meter" aria-label=${this.label} aria-valuemin="-60" aria-valuemax="0" aria-valuenow=${value} aria-valuetext="${value} dB"></canvas>`;
  }

  draw(passed_ms: number): void {
    const canvas = this.querySelector('canvas');
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return;
    const scale = Math.min(2, devicePixelRatio);
    const width = Math.round(canvas.clientWidth * scale);
    const height = Math.round(canvas.clientHeight * scale);
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const level = this.source ? this.source() : this.level;
    this.#shown = meterFall(this.#shown, level, passed_ms);
    context.clearRect(0, 0, width, height);
    this.#segments(context, width, height);
  }

  #segments(context: CanvasRenderingContext2D, width: number, height: number): void {
    const length = this.vertical ? height : width;
    const lit = meterFraction(this.#shown) * length;
    const step = Math.max(4, Math.round(length / 40));
    const rtl = !this.vertical && document.documentElement.dir === 'rtl';
    for (let from = 0; from < length; from += step) {
      const db = (from / length) * 60 - 60;
      context.fillStyle = from < lit ? kZones[meterZone(Math.max(db, -49))] : 'rgb(115 130 153 / 28%)';
      const size = step - Math.max(1, Math.round(step / 4));
      if (this.vertical) context.fillRect(0, height - from - size, width, size);
      else context.fillRect(rtl ? width - from - size : from, 0, size, height);
    }
  }
}

define('level-meter', LevelMeter);

export interface MicLevel {
  read: () => number; // dBFS now
  close: () => void;
}

// The level of an own microphone, measured here on a copy of the track, which goes on while the original is muted: so the
// page can tell somebody who speaks into a muted microphone. Nothing of it is sent anywhere.
export function micLevel(stream: MediaStream): MicLevel {
  const none: MicLevel = { read: () => -90, close: () => undefined };
  const track = stream.getAudioTracks()[0];
  if (!track) return none;
  let context: AudioContext;
  try {
    context = new AudioContext();
  } catch {
    return none;
  }
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  const copy = track.clone();
  copy.enabled = true;
  context.createMediaStreamSource(new MediaStream([copy])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  void context.resume();
  return {
    read: () => {
      analyser.getFloatTimeDomainData(samples);
      let sum = 0;
      for (const sample of samples) sum += sample * sample;
      return sum > 0 ? Math.max(-90, 10 * Math.log10(sum / samples.length)) : -90;
    },
    close: () => {
      copy.stop();
      void context.close();
    },
  };
}
