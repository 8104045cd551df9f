import fc from 'fast-check'
import { DATATYPES } from '../../../../src/core/tensor.ts'

type Text = fc.Arbitrary<string>

const plain = fc.constantFrom('1', '0', '2.5', '-3', '7.0', '100', '0.30000000000000004')
const odd = fc.constantFrom(
  ...['null', 'true', 'false', '-0', '-0.0', '9007199254740993', '-9007199254740993', '9223372036854775807'],
  ...[
    '9223372036854775808',
    '18446744073709551615',
    '1e400',
    '-1e400',
    '1e-400',
    '-129',
    '255',
    '256',
    '65535',
  ],
  ...['4294967296', '2147483648', '1e15', '1e3', '"x"', '[]', '{}', 'NaN', '01', '65520', '3.4028236e38'],
  `1${'0'.repeat(4400)}`,
)
const usual = fc.constantFrom('0', '1', 'true', '100', '1', '0')
const cells = fc
  .constantFrom(plain, usual, fc.constantFrom('1', '2', '-3', '9007199254740993'))
  .map((cell) => {
    return fc.oneof({ weight: 14, arbitrary: cell }, { weight: 1, arbitrary: odd })
  })

function listOf(item: Text, length: number): Text {
  return fc
    .tuple(fc.array(item, { minLength: length, maxLength: length }), fc.constantFrom(',', ' ,\n'))
    .map(([items, comma]) => `[${items.join(comma)}]`)
}

function nested(cell: Text, shape: readonly number[]): Text {
  const [length, ...inner] = shape
  if (length === undefined) return cell
  return listOf(inner.length === 0 ? cell : nested(cell, inner), length)
}

/** Elements as the shape has them, flat or nested; or not. */
function elements(cell: Text, shape: readonly number[]): Text {
  const count = shape.reduce((product, dim) => product * dim, 1)
  return fc.oneof(
    { weight: 5, arbitrary: listOf(cell, count) },
    { weight: 5, arbitrary: nested(cell, shape) },
    fc.integer({ min: 0, max: 5 }).chain((length) => listOf(cell, length)),
    fc.integer({ min: 0, max: 3 }).chain((length) => nested(cell, [...shape, length])),
    cell,
  )
}

const anyShape = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 })
const shapeText = (shape: readonly number[]): Text =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant(JSON.stringify(shape)) },
    fc.constantFrom(
      '[2.0]',
      '[1e0,2]',
      '[-0]',
      '[true]',
      '[null]',
      '2',
      '[[2]]',
      '[-1]',
      '[99999999999]',
      'null',
    ),
  )
const datatype = fc.constantFrom(...DATATYPES, 'FP32', 'FP64', 'INT64', 'BF16', 'float')
const tensorParameters = fc.constantFrom(
  ...['', '', '', '', '', ',"parameters":null', ',"parameters":{}', ',"parameters":{"content_type":"np"}'],
  ...[
    ',"parameters":{"binary_data_size":4}',
    ',"parameters":{"n":[1,2]}',
    ',"parameters":3',
    ',"more":[1,"x"]',
  ],
)

const input = fc
  .tuple(cells, fc.oneof(fc.constant([2]), fc.constant([1, 2]), anyShape), datatype, tensorParameters)
  .chain(([cell, shape, type, parameters]) =>
    fc.tuple(fc.constantFrom('x', 'y'), shapeText(shape), elements(cell, shape)).map(([name, dims, data]) => {
      return `{"name":"${name}","shape":${dims},"datatype":"${type}","data":${data}${parameters}}`
    }),
  )

const rest = fc.constantFrom(
  ...['', '', '', ',"id":"a1"', ',"id":3', ',"id":null', ',"outputs":[{"name":"z"}]', ',"outputs":[]'],
  ...[
    ',"outputs":[{"name":"z","parameters":{"classification":2}}]',
    ',"outputs":7',
    ',"parameters":{"k":[1,2]}',
  ],
  ...[',"parameters":{"k":9007199254740993}', ',"parameters":{"k":2.5,"timeout":10,"headers":{"a":1}}'],
  ...[
    ',"parameters":{"binary_data_output":true}',
    ',"parameters":{"k":-0}',
    ',"parameters":{"k":[[null,1]]}',
  ],
  ...[
    ',"parameters":{"k":1e400}',
    ',"__proto__":{"a":1}',
    ',"id":"a","id":"b"',
    ',"id":"6f1d2c","id":4',
    ',"id":"é"',
    ',"id":""',
    ',',
  ],
)

const whole: Text = fc
  .tuple(fc.array(input, { minLength: 1, maxLength: 3 }), rest)
  .map(([inputs, more]) => `{"inputs":[${inputs.join(', ')}]${more}}`)

const edit = fc.record({
  at: fc.nat(400),
  drop: fc.nat(3),
  put: fc.constantFrom(
    '',
    '',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '"',
    '-',
    '.',
    'e',
    '0',
    '1',
    ' ',
    'null',
    'é',
    '\ufeff',
  ),
})

/** Requests as they should be, nearly so, and broken. */
export const inferBodies: fc.Arbitrary<Buffer> = fc
  .tuple(
    whole,
    fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(edit, { minLength: 1, maxLength: 2 })),
  )
  .map(([text, edits]) => {
    let body = Buffer.from(text)
    for (const { at, drop, put } of edits) {
      const start = at % (body.length + 1)
      body = Buffer.concat([body.subarray(0, start), Buffer.from(put), body.subarray(start + drop)])
    }
    return body
  })
