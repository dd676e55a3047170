// How much of speech is understood, from 0 (nothing) to 1 (all): the short-time objective intelligibility of C. Taal, R. Hendriks, R. Heusdens and
// J. Jensen, "An Algorithm for Intelligibility Prediction of Time-Frequency Weighted Noisy Speech", IEEE TASLP 19(7), 2011. What was heard
// is compared with what was said, both mono at `rate`. At 0.6 about a third of the words is lost, from 0.75 on hardly one.
export const rate = 10_000; // Hz, as there, and all lengths are from there: in samples at it
const FRAME = 256;
const HOP = FRAME / 2;
const TRANSFORM = 512;
const BANDS = 15; // thirds of an octave
const LOWEST = 150; // Hz, centre of the first
const SEGMENT = 30; // frames: 384 ms
const QUIET = 40; // dB below the loudest frame of what was said: no speech
const CLIP = 10 ** (15 / 20); // a band that is further off than -15 dB counts as that far
const TINY = 1e-12;

// Unlike there, whoever plays out a stream of packets stretches and shortens it as they come, which nobody hears: each block
// of speech is looked for near where the last one was.
const BLOCK = 4_000; // 0.4 s
const SEARCH = 600; // 60 ms either way
const THIN = 4;
const WIDE_SEARCH = 5_000; // where it is not there: the source began anew
const FOUND = 0.3; // correlation; below, the block was not heard and says nothing of where it is

const hann = Float64Array.from({ length: FRAME }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 1)) / (FRAME + 1)));

function transform(real, imaginary) {
  const size = real.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) [real[i], real[j], imaginary[i], imaginary[j]] = [real[j], real[i], imaginary[j], imaginary[i]];
  }
  for (let length = 2; length <= size; length <<= 1) {
    const angle = (-2 * Math.PI) / length;
    for (let k = 0; k < length / 2; k++) {
      const cosine = Math.cos(angle * k);
      const sine = Math.sin(angle * k);
      for (let i = k; i < size; i += length) {
        const j = i + length / 2;
        const re = real[j] * cosine - imaginary[j] * sine;
        const im = real[j] * sine + imaginary[j] * cosine;
        real[j] = real[i] - re;
        imaginary[j] = imaginary[i] - im;
        real[i] += re;
        imaginary[i] += im;
      }
    }
  }
}

const edges = Array.from({ length: BANDS }, (_, band) => {
  const bin = (frequency) => Math.round((frequency * TRANSFORM) / rate);
  const centre = LOWEST * 2 ** (band / 3);
  return [bin(centre / 2 ** (1 / 6)), bin(centre * 2 ** (1 / 6))];
});

function bandsOf(frame) {
  const real = new Float64Array(TRANSFORM);
  const imaginary = new Float64Array(TRANSFORM);
  for (let i = 0; i < FRAME; i++) real[i] = frame[i] * hann[i];
  transform(real, imaginary);
  return edges.map(([from, to]) => {
    let power = 0;
    for (let bin = from; bin < to; bin++) power += real[bin] ** 2 + imaginary[bin] ** 2;
    return Math.sqrt(power);
  });
}

function frames(samples) {
  const all = [];
  for (let at = 0; at + FRAME <= samples.length; at += HOP) all.push(samples.subarray(at, at + FRAME));
  return all;
}

function loudness(frame) {
  let power = 0;
  for (let i = 0; i < FRAME; i++) power += (frame[i] * hann[i]) ** 2;
  return 10 * Math.log10(power + TINY);
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

// Of one band in one segment.
function correlation(said, heard) {
  const gain = Math.sqrt(sum(said.map((value) => value ** 2)) / (sum(heard.map((value) => value ** 2)) + TINY));
  const clipped = heard.map((value, i) => Math.min(value * gain, said[i] * (1 + CLIP)));
  const centred = (values) => {
    const mean = sum(values) / values.length;
    return values.map((value) => value - mean);
  };
  const [x, y] = [centred(said), centred(clipped)];
  const norm = Math.sqrt(sum(x.map((value) => value ** 2)) * sum(y.map((value) => value ** 2)));
  return norm < TINY ? 0 : sum(x.map((value, i) => value * y[i])) / norm;
}

// Both of one length and in step.
export function stoi(said, heard) {
  const saidFrames = frames(said);
  const heardFrames = frames(heard);
  const levels = saidFrames.map(loudness);
  const least = levels.reduce((most, level) => Math.max(most, level), -Infinity) - QUIET;
  const speech = levels.flatMap((level, i) => (level > least ? [[bandsOf(saidFrames[i]), bandsOf(heardFrames[i])]] : []));
  if (speech.length < SEGMENT) throw new Error("too little speech");
  let total = 0;
  let count = 0;
  for (let end = SEGMENT; end <= speech.length; end++) {
    const segment = speech.slice(end - SEGMENT, end);
    for (let band = 0; band < BANDS; band++) {
      total += correlation(segment.map(([x]) => x[band]), segment.map(([, y]) => y[band]));
      count++;
    }
  }
  return total / count;
}

// Normalised correlation of a block with what was heard `at` there.
function likeness(block, heard, at) {
  let product = 0;
  let power = TINY;
  let own = TINY;
  for (let i = 0; i < block.length; i++) {
    const value = at + i < heard.length && at + i >= 0 ? heard[at + i] : 0;
    product += block[i] * value;
    power += value * value;
    own += block[i] * block[i];
  }
  return product / Math.sqrt(power * own);
}

function best(block, heard, from, to) {
  let found = { at: from, likeness: -1 };
  for (let at = from; at <= to; at++) {
    const value = likeness(block, heard, at);
    if (value > found.likeness) found = { at, likeness: value };
  }
  return found;
}

// Every THINth sample is enough to find speech, most of which is below 1 kHz.
function thinned(samples) {
  return Float64Array.from({ length: Math.floor(samples.length / THIN) }, (_, i) => sum(samples.subarray(i * THIN, (i + 1) * THIN)));
}

// How many samples `heard` comes later: where in it the loudest block of `said` is.
export function lagOf(said, heard) {
  let loudest = 0;
  let power = -1;
  for (let at = 0; at + BLOCK <= said.length; at += BLOCK / 2) {
    const own = sum(said.slice(at, at + BLOCK).map((value) => value ** 2));
    if (own > power) [loudest, power] = [at, own];
  }
  const block = said.subarray(loudest, loudest + BLOCK);
  const rough = best(thinned(block), thinned(heard), 0, (heard.length - BLOCK) / THIN).at * THIN;
  const found = best(block, heard, rough - 2 * THIN, rough + 2 * THIN);
  if (found.likeness < FOUND) throw new Error(`nothing of the speech was found (${found.likeness.toFixed(2)})`);
  return found.at - loudest;
}

// `heard` in step with `said`, all of which it holds, or what was not lost; it begins `lag` samples later.
export function aligned(said, heard, lag) {
  const result = new Float64Array(said.length);
  for (let at = 0; at < said.length; at += BLOCK) {
    const block = said.subarray(at, Math.min(at + BLOCK, said.length));
    for (const search of [SEARCH, WIDE_SEARCH]) {
      const found = best(block, heard, at + lag - search, at + lag + search);
      if (found.likeness < FOUND) continue;
      lag = found.at - at;
      break;
    }
    for (let i = 0; i < block.length; i++) result[at + i] = heard[at + lag + i] ?? 0;
  }
  return result;
}
