import fc from 'fast-check'
import { column, input, type ModelInit, tensor } from '../models.ts'

const two = [column('a', 'double'), column('b', 'float')]
const doubles = [column('a', 'double'), column('b', 'double')]
const mixed = [column('a', 'long'), column('b', 'double')]
const optional = [column('a', 'integer'), column('b', 'double', false), column('t', 'string', false)]
const x32 = input('x', 'FP32', [-1, 2])
const vectors = [input('a', 'FP64', [-1]), input('b', 'INT64', [-1])]

/** Models of every kind that the fast path knows, and some that it does not. */
export const models: Readonly<Record<string, ModelInit>> = {
  'float columns': { schema: two, inputs: [x32] },
  'double columns for a double model': { schema: doubles, inputs: [input('x', 'FP64', [-1, -1])] },
  'float columns for a double model': { schema: two, inputs: [input('x', 'FP64', [-1, 2])] },
  'a fixed number of rows': { schema: two, inputs: [input('x', 'FP32', [1, 2])] },
  'long and double columns': { schema: mixed, inputs: [x32] },
  'long and double columns for a double model': { schema: mixed, inputs: [input('x', 'FP64', [-1, 2])] },
  'integer and float columns': {
    schema: [column('a', 'integer'), column('b', 'float')],
    inputs: [input('x', 'FP64', [-1, 2])],
  },
  'long columns': {
    schema: [column('a', 'long'), column('b', 'long')],
    inputs: [input('x', 'INT64', [-1, 2])],
  },
  'long and integer columns': {
    schema: [column('a', 'long'), column('b', 'integer')],
    inputs: [input('x', 'INT64', [-1, 2])],
  },
  'integer columns': {
    schema: [column('a', 'integer'), column('b', 'integer')],
    inputs: [input('x', 'INT32', [-1, 2])],
  },
  'boolean columns': {
    schema: [column('a', 'boolean'), column('b', 'boolean')],
    inputs: [input('x', 'BOOL', [-1, 2])],
  },
  'boolean and float columns': {
    schema: [column('a', 'boolean'), column('b', 'float')],
    inputs: [input('x', 'FP32', [-1, 2])],
  },
  'optional columns': { schema: optional, inputs: [input('x', 'FP64', [-1, -1])] },
  'one column': { schema: [column('a', 'double')], inputs: [input('x', 'FP32', [-1, 1])] },
  'one column of integers': { schema: [column('a', 'integer')], inputs: [input('a', 'INT32', [-1])] },
  'a column for each input': { schema: [column('a', 'double'), column('b', 'long')], inputs: vectors },
  'a boolean column beside a float one': {
    schema: [column('a', 'float'), column('b', 'boolean')],
    inputs: [input('a', 'FP32', [-1]), input('b', 'BOOL', [-1])],
  },
  'a column of lists': {
    schema: [column('a', 'double'), { type: 'array', items: { type: 'double' }, name: 'b', required: false }],
    inputs: [input('x', 'FP32', [-1, 1])],
  },
  'an unnamed tensor': { schema: [tensor('float32', [-1, 2])], inputs: [x32] },
  'an unnamed tensor of doubles': { schema: [tensor('float64', [-1, 2])], inputs: [x32] },
  'a named tensor': { schema: [tensor('float64', [-1, 2], 'x')], inputs: [x32] },
  'two named tensors': {
    schema: [tensor('float32', [-1], 'a'), tensor('float64', [-1, 1], 'b')],
    inputs: [input('a', 'FP32', [-1]), input('b', 'FP64', [-1, 1])],
  },
  ...integerTensors(),
  'a tensor of halves': { schema: [tensor('float16', [-1, 2])], inputs: [input('x', 'FP16', [-1, 2])] },
  'a tensor of booleans': { schema: [tensor('bool', [-1, 2], 'x')], inputs: [input('x', 'BOOL', [-1, 2])] },
  'a tensor with rows of its own': {
    schema: [tensor('float32', [-1], 'x')],
    inputs: [input('x', 'FP32', [-1])],
  },
  'no signature': { inputs: [x32] },
  'no signature, any shape': { inputs: [{ ...input('x', 'FP32', []), unranked: true }] },
  'no signature, longs': { inputs: [input('x', 'INT64', [-1, 2])] },
  'no signature, booleans': { inputs: [input('x', 'BOOL', [-1, 2])] },
  'no signature, two inputs': { inputs: [input('a', 'FP32', [-1]), input('b', 'FP64', [-1])] },
  'numbers that are cast': { inputs: [x32], castsNumbers: true },
  'numbers that are cast to integers': { inputs: [input('x', 'INT32', [-1, 2])], castsNumbers: true },
  'long tensors that are cast': {
    schema: [tensor('int64', [-1, 2], 'x')],
    inputs: [x32],
    castsNumbers: true,
  },
  'long columns that are cast': {
    schema: [column('a', 'long'), column('b', 'integer')],
    inputs: [x32],
    castsNumbers: true,
  },
  parameters: {
    schema: doubles,
    inputs: [x32],
    params: [
      { name: 'k', type: 'long', default: 1 },
      { name: 'f', type: 'double', default: [0.5], shape: [-1] },
    ],
  },
}

function integerTensors(): Record<string, ModelInit> {
  const dtypes = ['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'] as const
  return Object.fromEntries(
    dtypes.map((dtype) => {
      const datatype = dtype.toUpperCase() as Uppercase<typeof dtype>
      return [
        `a tensor of ${dtype}`,
        { schema: [tensor(dtype, [-1, 2], 'x')], inputs: [input('x', datatype, [-1, 2])] },
      ]
    }),
  )
}

/** Number texts that casts treat differently, among plain ones; and what is no number. */
const plain = fc.constantFrom('1', '2.5', '-3', '0.1', '1e3', '7.0', '127', '0.30000000000000004')
const whole = fc.constantFrom('1', '2', '-3', '0', '100', '7')
const word = fc.constantFrom('true', 'false', 'true', 'false', '1')
const odd = fc.constantFrom(
  ...[
    'null',
    '-0',
    '-0.0',
    '0',
    '9007199254740993',
    '-9007199254740992',
    '16777217',
    '1e39',
    '1e400',
    '-1e-400',
  ],
  ...[
    '9223372036854775807',
    '9223372036854775808',
    '18446744073709551616',
    '1e-46',
    '2147483648',
    '-2147483648',
  ],
  ...['-129', '255', '256', '65536', '-0.5', '4294967295', '1e15', '65519.99', '1.0000000596046448'],
  ...['true', '"1"', '"x"', '[]', '[1]', '{}', 'NaN', '-Infinity', '01', '1.', `1${'0'.repeat(400)}`],
)
const cells = fc
  .constantFrom(plain, whole, word)
  .chain((usual) =>
    fc.constantFrom(
      fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: odd }),
      usual,
      fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: fc.constant('null') }),
    ),
  )

type Cells = fc.Arbitrary<string>

const list = (item: Cells, length: number): Cells =>
  fc
    .tuple(fc.array(item, { minLength: length, maxLength: length }), fc.constantFrom(',', ', ', ' ,\n'))
    .map(([items, comma]) => `[${items.join(comma)}]`)

const size = fc.oneof(
  { weight: 8, arbitrary: fc.constant(2) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 }) },
)
const row = (cell: Cells): Cells => size.chain((length) => list(cell, length))
const matrix = (cell: Cells): Cells =>
  fc.tuple(size, fc.integer({ min: 0, max: 3 })).chain(([width, rows]) => {
    return fc.oneof({ weight: 6, arbitrary: list(list(cell, width), rows) }, list(row(cell), rows))
  })
const names = fc.constantFrom(
  ...[
    '["a","b"]',
    '["b","a"]',
    '["a","b"]',
    '["a"]',
    '["a","b","c"]',
    '["c","b","a"]',
    '["a","a"]',
    '["a","z"]',
  ],
  ...['["a","t"]', '[0,1]', 'null', '["a",1]', '["b","a","b"]'],
)
const key = fc.constantFrom('a', 'b', 'a', 'b', 'x', 'x', 't', '__proto__', 'constructor')
const object = (value: Cells): Cells =>
  fc.oneof(
    fc.tuple(value, value).map(([a, b]) => `{"a":${a},"b":${b}}`),
    fc.tuple(value, value).map(([a, b]) => `{"b":${b}, "a":${a}}`),
    value.map((x) => `{"x":${x}}`),
    fc.array(fc.tuple(key, value), { maxLength: 3 }).map((entries) => {
      return `{${entries.map(([name, item]) => `"${name}":${item}`).join(',')}}`
    }),
  )
const vectorAndColumn = (cell: Cells): Cells =>
  size.chain((rows) => {
    const both = fc.tuple(list(cell, rows), list(list(cell, 1), rows))
    return both.map(([a, b]) => `{"a":${a},"b":${b}}`)
  })
const rowsOfBoth = (cell: Cells): Cells =>
  fc.array(fc.tuple(cell, list(cell, 1)), { minLength: 1, maxLength: 3 }).map((rows) => {
    return `[${rows.map(([a, b]) => `{"b":${b},"a":${a}}`).join(',')}]`
  })
const records = (value: Cells): Cells =>
  fc.constantFrom(['a', 'b'], ['b', 'a'], ['x'], ['a', 'b', 'c'], ['a']).chain((members) => {
    const record = fc
      .tuple(...members.map(() => value))
      .map((items) => `{${members.map((name, i) => `"${name}":${items[i]}`).join(',')}}`)
    const same = fc.array(record, { minLength: 1, maxLength: 3 })
    return fc.oneof(same, fc.array(object(value), { maxLength: 3 })).map((rows) => `[${rows.join(',')}]`)
  })

const index = fc.constantFrom(
  ...['[0]', '[0,1]', '[0,1,2]', '[]', '[1,0]', '["r"]', '["r","s"]', '[0.0]', 'null', '[[0,1]]', '[0,"r"]'],
  ...['7', '[99999999999999999999]'],
)

const split = (cell: Cells): Cells =>
  fc.oneof(
    fc.tuple(names, matrix(cell)).map(([columns, data]) => `{"columns":${columns},"data":${data}}`),
    fc.tuple(names, index, matrix(cell)).map(([columns, labels, data]) => {
      return `{"index":${labels},"columns":${columns},"data":${data}}`
    }),
    matrix(cell).map((data) => `{"data":${data}}`),
    fc.tuple(names, matrix(cell)).map(([columns, data]) => `{"columns":${columns},"data":${data},"more":1}`),
  )

const form = cells.chain((cell) =>
  fc.oneof(
    { weight: 2, arbitrary: split(cell).map((value) => `"dataframe_split":${value}`) },
    records(cell).map((rows) => `"dataframe_records":${rows}`),
    fc
      .constantFrom('inputs', 'instances')
      .chain((name) =>
        fc
          .oneof(
            ...[
              object(row(cell)),
              vectorAndColumn(cell),
              rowsOfBoth(cell),
              object(matrix(cell)),
              object(cell),
              records(cell),
              records(row(cell)),
            ],
            ...[matrix(cell), matrix(cell), row(cell), cell],
          )
          .map((value) => `"${name}": ${value}`),
      ),
  ),
)

const params = fc.constantFrom(
  ...[
    '',
    '',
    '',
    '',
    ',"params":null',
    ',"params":{}',
    ',"params":{"k":2}',
    ',"params":{"k":2.0}',
    ',"params":3',
  ],
  ...[
    ',"params":{"f":[1,2.5]}',
    ',"params":{"f":[1.5,2.5]}',
    ',"params":{"f":[[1]]}',
    ',"params":{"f":null}',
  ],
  ...[',"params":{"k":9007199254740993}', ',"params":{"k":-0}', ',"params":{"k":true,"f":[1,2]}'],
  ...[`,"params":{"k":1${'0'.repeat(4400)}}`, ',"params":{"f":[]}', ',"params":{"other":[{"a":1}]}'],
)

/** The members of a JSON body, without its braces. */
export const members: fc.Arbitrary<string> = fc.tuple(form, params).map(([value, more]) => value + more)

/** Bytes that mean something in JSON, or nothing anywhere. */
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      '[',
      ']',
      '{',
      '}',
      ',',
      ':',
      '"',
      '\\',
      '-',
      '+',
      '.',
      'e',
      '0',
      '1',
      '9',
      ' ',
      'null',
      'true',
      '[[',
      ']]',
      '00',
      '\u0000',
    ],
  ),
  fc.constantFrom('é', '\ufeff', '1e5', '17976931348623157', '"data"', '"a"', '\n', 'NaN'),
)

const edit = fc.record({ at: fc.nat(400), drop: fc.nat(3), put: fc.oneof(piece, fc.constant('')) })

/** A body, whole or with some bytes of it changed. */
export const bodies: fc.Arbitrary<Buffer> = fc
  .tuple(members, fc.oneof(fc.constant([]), fc.array(edit, { minLength: 1, maxLength: 2 })))
  .map(([text, edits]) => {
    let body = Buffer.from(`{${text}}`)
    for (const { at, drop, put } of edits) {
      const start = at % (body.length + 1)
      body = Buffer.concat([body.subarray(0, start), Buffer.from(put), body.subarray(start + drop)])
    }
    return body
  })
