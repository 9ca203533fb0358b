// SHA-256 and what a draw takes from it. Synchronous, unlike the browser's own, so that a whole draw is one run.

export const utf8 = (text) => new TextEncoder().encode(text);
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function unhex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new TypeError("not hexadecimal");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function joined(...parts) {
  const all = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

// FIPS 180-4: the first 32 bits of the fractional parts of roots of the first primes, found by whole numbers.
const PRIMES = [];
for (let n = 2; PRIMES.length < 64; n += 1) if (PRIMES.every((prime) => n % prime)) PRIMES.push(n);

function rootBits(prime, power) {
  const wanted = BigInt(prime) << BigInt(32 * power);
  let low = 0n;
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) if ((low + bit) ** BigInt(power) <= wanted) low += bit;
  return Number(low & 0xffffffffn);
}

const ROUNDS = PRIMES.map((prime) => rootBits(prime, 3));
const START = PRIMES.slice(0, 8).map((prime) => rootBits(prime, 2));
const turned = (x, n) => (x >>> n) | (x << (32 - n));

export function sha256(message) {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(padded.length - 4, (message.length * 8) >>> 0);
  const state = Int32Array.from(START);
  const w = new Int32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let n = 0; n < 16; n += 1) w[n] = view.getInt32(block + 4 * n);
    for (let n = 16; n < 64; n += 1) {
      const a = w[n - 15];
      const b = w[n - 2];
      const s0 = turned(a, 7) ^ turned(a, 18) ^ (a >>> 3);
      const s1 = turned(b, 17) ^ turned(b, 19) ^ (b >>> 10);
      w[n] = w[n - 16] + s0 + w[n - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let n = 0; n < 64; n += 1) {
      const s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUNDS[n] + w[n]) | 0;
      const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, n) => (state[n] += value));
  }
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((value, n) => digest.setInt32(4 * n, value));
  return new Uint8Array(digest.buffer);
}

// The first 6 bytes of HMAC-SHA-256 (RFC 2104) as a big-endian whole number. The seed is no longer than a block.
export function word(seed, message) {
  const inner = new Uint8Array(64).fill(0x36);
  const outer = new Uint8Array(64).fill(0x5c);
  seed.forEach((byte, n) => {
    inner[n] ^= byte;
    outer[n] ^= byte;
  });
  return sha256(joined(outer, sha256(joined(inner, message)))).subarray(0, 6).reduce((n, byte) => n * 256 + byte, 0);
}
