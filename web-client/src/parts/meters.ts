// Level meters on canvas, all drawn in one beat.
import { html, type PropertyDeclarations, type TemplateResult } from 'lit';

import { meterFall, meterFraction, meterZone } from '../core/format.ts';
import { define, Part } from './part.ts';

// As often as an eye follows a bar. Each of a page's frames lays out and paints anew, which takes a small computer a core when
// it happens with every frame of the screen.
const kDraw_ms = 50;

const drawing = new Set<LevelMeter>();
let timer: ReturnType<typeof setInterval> | undefined;
let last = 0;

function drawAll(): void {
  const now = performance.now();
  if (!document.hidden) for (const meter of drawing) meter.draw(now - last);
  last = now;
}

function start(meter: LevelMeter): void {
  drawing.add(meter);
  if (timer) return;
  last = performance.now();
  timer = setInterval(drawAll, kDraw_ms);
}

function stop(meter: LevelMeter): void {
  drawing.delete(meter);
  if (drawing.size) return;
  clearInterval(timer);
  timer = undefined;
}

const kZones = { low: '#738299', good: '#36B870', high: '#F5B942', peak: '#FF5C6C' } as const;

export class LevelMeter extends Part {
  static override properties: PropertyDeclarations = { level: { type: Number }, label: {}, vertical: { type: Boolean }, source: { attribute: false } };
  declare level: number; // dBFS
  declare label: string;
  declare vertical: boolean;
  declare source: (() => number) | null; // asked each time it is drawn, instead of `level`
  #shown = -90;
  #drawn = '';
  readonly #sizes = new ResizeObserver(() => this.#fit());

  constructor() {
    super();
    this.level = -90;
    this.label = '';
    this.vertical = false;
    this.source = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sizes.observe(this);
    start(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes.disconnect();
    stop(this);
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
    this.#shown = meterFall(this.#shown, this.source ? this.source() : this.level, passed_ms);
    const length = this.vertical ? canvas.height : canvas.width;
    const step = Math.max(4, Math.round(length / 40));
    const lit = Math.ceil((meterFraction(this.#shown) * length) / step);
    const rtl = !this.vertical && document.documentElement.dir === 'rtl';
    const drawn = `${canvas.width} ${canvas.height} ${lit} ${rtl}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    context.clearRect(0, 0, canvas.width, canvas.height);
    for (let segment = 0; segment * step < length; segment += 1) {
      const from = segment * step;
      const db = (from / length) * 60 - 60;
      context.fillStyle = segment < lit ? kZones[meterZone(Math.max(db, -49))] : 'rgb(115 130 153 / 28%)';
      const size = step - Math.max(1, Math.round(step / 4));
      if (this.vertical) context.fillRect(0, length - from - size, canvas.width, size);
      else context.fillRect(rtl ? length - from - size : from, 0, size, canvas.height);
    }
  }

  #fit(): void {
    const canvas = this.querySelector('canvas');
    if (!canvas) return;
    const scale = Math.min(2, devicePixelRatio);
    canvas.width = Math.round(canvas.clientWidth * scale);
    canvas.height = Math.round(canvas.clientHeight * scale);
    this.#drawn = '';
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
