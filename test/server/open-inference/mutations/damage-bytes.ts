import type { Random } from '../../../soak/mlflow-differential/random.ts'

/** What takes readers of JSON, of numbers and of lengths by surprise. */
const ODD_PIECES: readonly Buffer[] = [
  ...[
    'NaN',
    '-Infinity',
    '1e999',
    '-0',
    '0x10',
    '1_000',
    '.5',
    '1.',
    '01',
    '+1',
    'nul',
    'undefined',
    '//',
    '\ufeff',
  ],
  ...['"', '\\', '\\u', '\\ud800', ',', ':', '{', '}', '[', ']', '[]', '{}', '\0', '\n', "'", '"\u2028"'],
  ...['9'.repeat(400), '['.repeat(5_000), '{"a":'.repeat(5_000), `"${'x'.repeat(70_000)}"`],
  ...['"__proto__":{"a":1},', '"inputs":[],', '"shape":[1,1],'],
]
  .map((text) => Buffer.from(text))
  .concat([Buffer.of(0xff, 0xfe), Buffer.of(0xc0, 0x80), Buffer.of(0xed, 0xa0, 0x80), Buffer.alloc(40, 0xff)])

/** Changes one to four places at random. @returns other bytes, which may be fewer or more. */
export function damageBytes(random: Random, bytes: Buffer): Buffer {
  let damaged = bytes
  for (let left = 1 + random.below(4); left > 0; left -= 1) damaged = damageOnce(random, damaged)
  return damaged
}

function damageOnce(random: Random, bytes: Buffer): Buffer {
  const from = random.below(bytes.length + 1)
  const to = Math.min(bytes.length, from + random.below(8))
  switch (random.below(7)) {
    case 0:
      return bytes.subarray(0, from)
    case 1:
      return spliced(bytes, from, to, Buffer.alloc(0))
    case 2:
      return spliced(bytes, from, from, bytes.subarray(from, to))
    case 3:
      return spliced(bytes, from, to, random.pick(ODD_PIECES))
    case 4:
      return flipped(random, bytes)
    case 5:
      return overwritten(random, bytes)
    default:
      return spliced(
        bytes,
        from,
        from,
        Buffer.from(random.times(1 + random.below(20), () => random.below(256))),
      )
  }
}

function spliced(bytes: Buffer, from: number, to: number, piece: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, from), piece, bytes.subarray(to)])
}

function flipped(random: Random, bytes: Buffer): Buffer {
  if (bytes.length === 0) return bytes
  const copy = Buffer.from(bytes)
  const at = random.below(copy.length)
  copy[at] = copy[at]! ^ (1 << random.below(8))
  return copy
}

/** A length that lies, where there is one. */
function overwritten(random: Random, bytes: Buffer): Buffer {
  if (bytes.length < 4) return bytes
  const copy = Buffer.from(bytes)
  const length = random.pick([0, 1, 0x7f_ff_ff_ff, 0x80_00_00_00, 0xff_ff_ff_ff, bytes.length])
  copy.writeUInt32LE(length, random.below(copy.length - 3))
  return copy
}
