/* SHA-256 (FIPS 180-4) and HMAC (RFC 2104), because browsers offer theirs over https only, and one promise per hash is too
   slow for the puzzle. */
const constants = [];
const initial = [];
for (let candidate = 2; constants.length < 64; candidate++) {
  let prime = true;
  for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) prime = false;
  if (!prime) continue;
  if (initial.length < 8) initial.push((candidate ** 0.5 * 2 ** 32) | 0);
  constants.push((candidate ** (1 / 3) * 2 ** 32) | 0);
}
const encoder = new TextEncoder();
const words = new Int32Array(64);
const turn = (value, by) => (value >>> by) | (value << (32 - by));

/** The hash of bytes, as 32 bytes. */
export function sha256(bytes) {
  const padded = new Uint8Array(((bytes.length + 8) >> 6) * 64 + 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, bytes.length << 3);
  const state = initial.slice();
  for (let offset = 0; offset < padded.length; offset += 64) block(state, view, offset);
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((word, index) => out.setInt32(index * 4, word));
  return new Uint8Array(out.buffer);
}

function block(state, view, offset) {
  for (let i = 0; i < 16; i++) words[i] = view.getInt32(offset + i * 4);
  for (let i = 16; i < 64; i++) {
    const x = words[i - 15], y = words[i - 2];
    words[i] = (words[i - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + words[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10))) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + constants[i] + words[i]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] = (state[i] + word) | 0; });
}

/** HMAC-SHA256 of a text under a text key, as base64url. */
export function hmac(key, text) {
  let secret = encoder.encode(key);
  if (secret.length > 64) secret = sha256(secret);
  const inner = new Uint8Array(64).fill(0x36), outer = new Uint8Array(64).fill(0x5c);
  secret.forEach((byte, i) => { inner[i] ^= byte; outer[i] ^= byte; });
  const digest = sha256(join(outer, sha256(join(inner, encoder.encode(text)))));
  return btoa(String.fromCharCode(...digest)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function join(one, two) {
  const all = new Uint8Array(one.length + two.length);
  all.set(one);
  all.set(two, one.length);
  return all;
}

/** Solves a puzzle of the server ("<until>.<bits>.…") in slices, so that the page stays smooth. */
export async function solve(puzzle) {
  const bits = Number(puzzle.split(".")[1]);
  for (let number = 0; ; ) {
    for (const end = number + 2000; number < end; number++) {
      const hash = new DataView(sha256(encoder.encode(`${puzzle}:${number}`)).buffer);
      if (hash.getUint32(0) >>> (32 - bits) === 0) return String(number);
    }
    await new Promise((go) => setTimeout(go));
  }
}
