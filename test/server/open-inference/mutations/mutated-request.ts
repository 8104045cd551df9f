import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { isRecord } from '../../../../src/core/record.ts'
import { damageJson } from '../../../flavors/tfjs/hostile/damage.ts'
import type { Random } from '../../../soak/mlflow-differential/random.ts'
import { damageBytes } from './damage-bytes.ts'
import { SOUND_REQUESTS, type SoundRequest } from './sound-requests.ts'

export interface RestRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** A request that is being put together. */
interface Draft {
  path: string
  readonly headers: Record<string, string>
  readonly json: unknown
  text: Buffer
  tail: Buffer
  /** Of JSON before the tail; undefined: not said. */
  headerLength: string | undefined
}

type Mutation = (random: Random, draft: Draft) => void

const HEADER_LENGTH = 'inference-header-content-length'

const ODD_LENGTHS = [
  '0',
  '-1',
  '1',
  '',
  ' ',
  '1e3',
  '0x10',
  '12abc',
  '1, 1',
  '4294967296',
  '9'.repeat(30),
  'NaN',
]
const ODD_PATHS = [
  ...['/v2/models//infer', '/v2/models/fp32//infer', '/v2/models/fp32/infer/', '/v2/models/fp32/infer?a=b'],
  ...['/v2/models/%66p32/infer', '/v2/models/fp32%2Finfer', '/v2/models/%/infer', '/v2/models/%ff/infer'],
  ...[
    '/v2/models/fp32/versions//infer',
    '/v2/models/fp32/versions/1/infer',
    '/v2/models/fp32/versions/%00/infer',
  ],
  ...['/v2/models/../fp32/infer', '/v2/models/__proto__/infer', `/v2/models/${'n'.repeat(3000)}/infer`],
  ...['/v2/models/fp32/generate', '/v2/repository/index', '/v2/repository/models/fp32/nothing', '/v2'],
  ...[
    '/v1/models/:predict',
    '/v1/models/fp32:predict/',
    '/v1/models/fp32/versions/x:predict',
    '/v1/models/%zz:predict',
  ],
]
const ODD_HEADERS: readonly (readonly [name: string, values: readonly string[]])[] = [
  [
    'content-type',
    ['text/html', 'application/json; charset=latin1', 'application/octet-stream', ';', 'a/b/c'],
  ],
  [
    'accept-encoding',
    ['gzip;q=2', 'gzip;q=nonsense', '*;q=0', 'deflate, gzip;q=0.5', ', ,', 'x'.repeat(3000)],
  ],
  ['content-encoding', ['br', 'gzip', 'deflate', 'gzip, gzip', 'identity', 'x', '']],
  ['x-request-id', ['a b', 'x'.repeat(3000), '"', '\u00e4']],
  ['x-headrace-timeout-ms', ['0', '-1', 'soon', '1e99', '60000', '9'.repeat(400)]],
]

const SHAPES: readonly unknown[] = [
  ...[
    [1e9, 1e9],
    [-1, 4],
    [1, -4],
    [2 ** 63],
    [2 ** 32, 2 ** 32],
    [0],
    [0, 2 ** 53],
    [],
    [1.5, 2],
    ['1', '4'],
  ],
  ...[null, 4, '4', [null], [[1, 4]], [true], Array(2000).fill(1), [1, 4, 1], [4]],
]
const ODD_DATATYPES = ['FP8', 'fp32', '', null, 1, 'BF16', 'FP16', 'BYTES', 'BOOL', 'UINT64', '__proto__']

/** Stands for lists that are too deep for whoever writes or copies them by recursion. */
const NESTED = 'nested'
const NESTED_LISTS = `${'['.repeat(5_000)}1${']'.repeat(5_000)}`

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  structure: (random, draft) => {
    damageJson(random, draft.json)
    draft.text = textOf(draft)
  },
  tensor: (random, draft) => {
    const inputs = (draft.json as { inputs?: unknown }).inputs
    const input: unknown = Array.isArray(inputs) && inputs.length > 0 ? random.pick(inputs) : undefined
    if (isRecord(input)) damageTensor(random, input)
    draft.text = textOf(draft)
  },
  text: (random, draft) => {
    draft.text = damageBytes(random, draft.text)
  },
  tail: (random, draft) => {
    draft.tail = damageBytes(random, draft.tail)
  },
  headerLength: (random, draft) => {
    const near = String(draft.text.length + random.below(9) - 4)
    draft.headerLength = random.chance(0.2) ? undefined : random.pick([near, near, ...ODD_LENGTHS])
  },
  raw: (random, draft) => {
    draft.text = Buffer.alloc(0)
    draft.tail = Buffer.from(random.times(random.below(40), () => random.below(256)))
    draft.headerLength = '0'
  },
  path: (random, draft) => {
    draft.path = random.pick(ODD_PATHS)
  },
  header: (random, draft) => {
    const [name, values] = random.pick(ODD_HEADERS)
    draft.headers[name] = random.pick(values)
  },
}

const WEIGHTS = {
  structure: 6,
  tensor: 5,
  text: 5,
  tail: 3,
  headerLength: 3,
  raw: 1,
  path: 1,
  header: 2,
} as const

/** A sound request that is damaged in one or two ways, and one in eight is compressed, soundly or not. */
export function mutatedRequest(random: Random): RestRequest {
  const draft = draftOf(random.pick(SOUND_REQUESTS))
  for (let left = 1 + random.below(2); left > 0; left -= 1)
    MUTATIONS[random.weighted(WEIGHTS)]!(random, draft)
  const { path, headers, text, tail, headerLength } = draft
  if (headerLength !== undefined) headers[HEADER_LENGTH] = headerLength
  const body = Buffer.concat([text, tail])
  return { path, headers, body: random.chance(1 / 8) ? compressed(random, body, headers) : body }
}

/** A sound request as it is sent. */
export function restRequest(sound: SoundRequest): RestRequest {
  const { path, headers, text, tail, headerLength } = draftOf(sound)
  if (headerLength !== undefined) headers[HEADER_LENGTH] = headerLength
  return { path, headers, body: Buffer.concat([text, tail]) }
}

function draftOf({ path, json, tail }: SoundRequest): Draft {
  const text = Buffer.from(JSON.stringify(json))
  return {
    ...{ path, json: structuredClone(json), text, tail: tail ?? Buffer.alloc(0) },
    headers: { 'content-type': tail === undefined ? 'application/json' : 'application/octet-stream' },
    headerLength: tail === undefined ? undefined : String(text.length),
  }
}

/** With the length said anew, as it was if it was said. */
function textOf(draft: Draft): Buffer {
  const text = Buffer.from(JSON.stringify(draft.json).replaceAll(`"${NESTED}"`, NESTED_LISTS))
  if (draft.headerLength !== undefined) draft.headerLength = String(text.length)
  return text
}

function damageTensor(random: Random, tensor: Record<string, unknown>): void {
  const way = random.below(4)
  if (way === 0) tensor['shape'] = random.pick(SHAPES)
  else if (way === 1) tensor['datatype'] = random.pick(ODD_DATATYPES)
  else if (way === 2) tensor['data'] = random.pick<unknown>([[], null, 1, 'text', [[1], [2, 3]], NESTED, {}])
  else
    tensor['parameters'] = {
      binary_data_size: random.pick<unknown>([-1, 0, 1, 1e300, '16', null, 1.5, 2 ** 53]),
    }
}

function compressed(random: Random, body: Buffer, headers: Record<string, string>): Buffer {
  const coding = random.pick(['gzip', 'deflate'])
  headers['content-encoding'] = coding
  const large = random.chance(0.05) ? Buffer.alloc(8 * 1024 * 1024) : body
  const packed = random.pick([gzipSync, deflateSync, deflateRawSync])(large)
  if (random.chance(0.4)) return packed
  return random.chance(0.5) ? damageBytes(random, packed) : Buffer.concat([packed, packed])
}
