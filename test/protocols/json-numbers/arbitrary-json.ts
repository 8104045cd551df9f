import fc, { type Arbitrary } from 'fast-check'

const digits = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength, maxLength })

/** Near the middle between two neighbouring doubles, where the last digit decides. */
const halfway = fc
  .tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom('', '1', '0', '4', '5'))
  .map(([value, end]) => {
    const text = value.toPrecision(19).replace(/e.*$/, '')
    const exponent = /e.*$/.exec(value.toPrecision(19))?.[0] ?? ''
    return text.includes('.') ? text + end + exponent : text
  })

const exactHalfway = fc
  .tuple(fc.bigInt(2n ** 53n, 2n ** 63n), fc.nat(10))
  .map(([integer, shift]) => String(((integer >> BigInt(shift)) << BigInt(shift)) | (1n << BigInt(shift))))

const anyLiteral = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constant('0'), fc.constantFrom(...'123456789'), digits(1, 22)),
    fc.oneof(
      fc.constant(''),
      digits(1, 25).map((text) => `.${text}`),
    ),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('') },
      fc.integer({ min: -345, max: 320 }).map((exponent) => `e${exponent}`),
      fc.tuple(fc.constantFrom('e', 'E', 'e+', 'E-'), digits(1, 12)).map((parts) => parts.join('')),
    ),
  )
  .map(([sign, integer, fraction, exponent]) => sign + integer.replace(/^0+(?=\d)/, '') + fraction + exponent)

const oddLiteral = fc.constantFrom(
  ...['0', '-0', '-0.0', '0e0', '-1e-400', '1e400', '-1e400', '5e-324', '2.4703282292062327e-324'],
  ...[
    '2.4703282292062328e-324',
    '2.2250738585072011e-308',
    '2.2250738585072014e-308',
    '1.7976931348623157e308',
  ],
  ...[
    '1.7976931348623159e308',
    '9007199254740991',
    '9007199254740992',
    '9007199254740993',
    '-9007199254740993',
  ],
  ...['9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809'],
  ...['9999999999999999999', '18446744073709551616', '0.1', '1e23', '8.5e22', '9007199254740993.0', '1.0'],
  ...['0.000000000000000000000000012345678901234567', '123456789012345678e-20', '7.2057594037927933e16'],
)

/** A number as JSON may write it. */
export const numberLiteral: Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => String(value)) },
  { weight: 2, arbitrary: fc.integer({ min: -300, max: 300 }).map(String) },
  anyLiteral,
  halfway,
  exactHalfway,
  oddLiteral,
)

const space = fc.constantFrom('', '', '', ' ', '\n', '\t\r ', '        ')

const textLiteral = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
  fc.constantFrom('"1.5"', '"[1,2]"', '"\\""', '"\\\\"', '"a\\u0022b"', '"{\\"a\\":[1]}"', '"日本語"', '"é"'),
  fc.string({ minLength: 0, maxLength: 20 }).map((text) => JSON.stringify(`${text}\\`)),
)

const word = fc.constantFrom('true', 'false', 'null')

const listOf = (element: Arbitrary<string>, lengths: fc.ArrayConstraints = { maxLength: 4 }) =>
  fc
    .tuple(fc.array(fc.tuple(space, element, space), lengths), space)
    .map(([elements, empty]) =>
      elements.length === 0 ? `[${empty}]` : `[${elements.map((e) => e.join('')).join(',')}]`,
    )

/** A list as tensors and rows are. */
const regularList: Arbitrary<string> = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }), fc.nat(3))
  .chain(([shape, words]) => {
    let list: Arbitrary<string> = fc.oneof(
      { weight: 20, arbitrary: numberLiteral },
      { weight: words, arbitrary: word },
    )
    for (const length of shape.toReversed()) list = listOf(list, { minLength: length, maxLength: length })
    return list
  })

const idKey = fc.constantFrom('"id"', '"id"', '"id"', '"\\u0069d"', '"ID"')
const idText = fc.oneof(
  fc.uuid().map((id) => JSON.stringify(id)),
  fc.constantFrom('""', '"id"', '"\\u0001"', '"é"', `"${'x'.repeat(128)}"`, `"${'x'.repeat(129)}"`),
)

/** A JSON text of any value, with white space, as a client might send it and as none would. */
export const jsonText: Arbitrary<string> = fc.letrec<{ value: string; list: string; object: string }>(
  (tie) => {
    const member = (key: Arbitrary<string>, value: Arbitrary<string>) =>
      fc.tuple(space, key, space, space, value, space)
    return {
      value: fc.oneof(
        { maxDepth: 4, depthIdentifier: 'value' },
        numberLiteral,
        textLiteral,
        word,
        regularList,
        tie('object'),
        tie('list'),
      ),
      list: listOf(tie('value')),
      object: fc
        .uniqueArray(
          fc.oneof(
            { weight: 6, arbitrary: member(textLiteral, tie('value')) },
            { weight: 2, arbitrary: member(idKey, idText) },
            member(idKey, tie('value')),
          ),
          { maxLength: 4, selector: ([, key]) => onceIfEscaped(key) },
        )
        .map(
          (members) => `{${members.map(([a, key, b, c, v, d]) => `${a}${key}${b}:${c}${v}${d}`).join(',')}}`,
        ),
    }
  },
).value

/**
 * What no two members of an object share. V8 (Node 24.21) keeps the first of two members of one name that is written
 * with an escape, where another such name follows and it has read an object of these names before.
 */
function onceIfEscaped(key: string): unknown {
  return key.includes('\\') ? JSON.parse(key) : Symbol(key)
}

/** A text with some of its bytes changed, taken out, or doubled. */
export function mutated(text: Arbitrary<string>): Arbitrary<Uint8Array> {
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    byte: fc.oneof(fc.constantFrom(...Buffer.from('[]{},:"\\-+.eE0129 \ntfn\0')), fc.nat(255)),
    kind: fc.constantFrom('replace', 'insert', 'remove', 'cut', 'repeat'),
  })
  return fc.tuple(text, fc.array(change, { minLength: 1, maxLength: 4 })).map(([before, changes]) => {
    let bytes = Buffer.from(before)
    for (const { at, byte, kind } of changes) bytes = Buffer.from(changed(bytes, at, byte, kind))
    return bytes
  })
}

function changed(bytes: Buffer, position: number, byte: number, kind: string): Uint8Array {
  const at = Math.floor(position * bytes.length)
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)]
  switch (kind) {
    case 'insert':
      return Buffer.concat([head, Buffer.from([byte]), tail])
    case 'remove':
      return Buffer.concat([head, tail.subarray(1)])
    case 'cut':
      return head
    case 'repeat':
      return Buffer.concat([head, tail.subarray(0, byte % 16), tail])
    default:
      return Buffer.concat([head, Buffer.from([byte]), tail.subarray(1)])
  }
}
