import { promisify } from 'node:util'
import { deflate, gunzip, gzip, inflate } from 'node:zlib'
import type { ConformanceCase } from '../conformance-case.ts'
import { readInferenceReply } from '../inference-reply.ts'
import { mustBeEqual } from '../same-tensors.ts'
import { bodyOf } from '../sample-request.ts'
import { clauseOf } from '../specification.ts'
import { isBatched } from '../tensor-description.ts'
import type { TestBench } from '../test-bench.ts'
import { fail, must, notApplicable } from '../verdict.ts'
import { jsonText } from '../wire/exact-json.ts'
import { headerOf, mustBeClientError, mustSucceed } from '../wire/read-answer.ts'
import type { RestAnswer } from '../wire/rest-peer.ts'
import { repeated } from './shapes.ts'

const group = 'compression'
const ENCODING = clauseOf('http', '8.4. Content-Encoding')

const NOT_IMPLEMENTED = 501

type Coding = 'gzip' | 'deflate'

const COMPRESS = { gzip: promisify(gzip), deflate: promisify(deflate) }
const EXPAND: Readonly<Record<string, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
}

/** No extension announces it: a server that takes no compressed bodies says so, best with 415. */
export const COMPRESSION_CASES: readonly ConformanceCase[] = [
  compressedRequest('gzip'),
  compressedRequest('deflate'),
  compressedReply('gzip'),
  compressedReply('deflate'),
  {
    id: 'rest.compression.not-compressed',
    group,
    level: 'extension',
    title: 'A body that is not what Content-Encoding says is refused as the client’s mistake',
    clause: ENCODING,
    async run(bench) {
      await mustTakeCompressed(bench, 'gzip')
      const answer = await send(bench, 'gzip', Buffer.from(jsonText(bodyOf(bench.sample))))
      mustBeClientError(answer, 'a body that is no gzip')
    },
  },
  {
    id: 'rest.compression.truncated',
    group,
    level: 'extension',
    title: 'A compressed body that breaks off is refused as the client’s mistake',
    clause: ENCODING,
    async run(bench) {
      await mustTakeCompressed(bench, 'gzip')
      const body = await COMPRESS.gzip(jsonText(bodyOf(bench.sample)))
      mustBeClientError(await send(bench, 'gzip', body.subarray(0, -12)), 'a gzip body that breaks off')
    },
  },
  {
    id: 'rest.compression.unknown',
    group,
    level: 'should',
    title: 'A coding that the server does not know is refused',
    clause: ENCODING,
    async run(bench) {
      const { status } = await send(bench, 'x-unknown', Buffer.from([1, 2, 3, 4]))
      const isRefusal = (status >= 400 && status < 500) || status === NOT_IMPLEMENTED
      must(isRefusal, 'the status should be from 400 to 499, or 501', status)
    },
  },
]

function compressedRequest(coding: Coding): ConformanceCase {
  return {
    id: `rest.compression.${coding}-request`,
    group,
    level: 'extension',
    title: `A request compressed by ${coding} is read as it is without`,
    clause: ENCODING,
    async run(bench) {
      const { outputs } = readInferenceReply(await mustTakeCompressed(bench, coding))
      mustBeEqual(bench.reference.outputs, outputs, 'compressed and not')
    },
  }
}

function compressedReply(coding: Coding): ConformanceCase {
  return {
    id: `rest.compression.${coding}-reply`,
    group,
    level: 'extension',
    title: `A reply compressed by ${coding} expands to what it is without`,
    clause: clauseOf('http', '12.5.3. Accept-Encoding'),
    async run(bench) {
      const answer = await askFor(bench, coding)
      const used = headerOf(answer, 'content-encoding')
      if (used === undefined || used === 'identity')
        notApplicable(`the server compresses no such reply by ${coding}`)
      must(used === coding, `Content-Encoding must be ${coding}, as accepted`, used)
      const reply = readInferenceReply({ ...answer, body: await expanded(answer, coding) })
      must(reply.outputs.length > 0, 'the reply must have outputs')
    },
  }
}

/** Small replies may stay as they are: it asks for many rows where the model takes them. */
async function askFor(bench: TestBench, coding: Coding): Promise<RestAnswer> {
  const answer = await bench.rest.send({
    method: 'POST',
    path: bench.path('/infer'),
    headers: { 'content-type': 'application/json', 'accept-encoding': coding },
    body: jsonText(bodyOf(isBatched(bench.model.inputs) ? repeated(bench.sample, 100) : bench.sample)),
  })
  mustSucceed(answer)
  return answer
}

async function expanded(answer: RestAnswer, coding: Coding): Promise<Uint8Array> {
  try {
    return (await EXPAND[coding]?.(answer.body)) ?? answer.body
  } catch {
    return fail(`the reply must be compressed by ${coding}, as its Content-Encoding says`)
  }
}

/** What a compressed sample is answered with. */
async function mustTakeCompressed(bench: TestBench, coding: Coding): Promise<RestAnswer> {
  const answer = await send(bench, coding, await COMPRESS[coding](jsonText(bodyOf(bench.sample))))
  if (answer.status >= 400 && answer.status < 500) {
    notApplicable(`the server takes no bodies compressed by ${coding} (${answer.status})`)
  }
  return answer
}

function send(bench: TestBench, coding: string, body: Uint8Array): Promise<RestAnswer> {
  return bench.rest.send({
    method: 'POST',
    path: bench.path('/infer'),
    headers: { 'content-type': 'application/json', 'content-encoding': coding },
    body,
  })
}
