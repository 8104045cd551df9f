import { isRecord } from '../../core/record.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import { GRPC_CODES } from '../grpc/grpc-peer.ts'
import { inferRequest, outputsOf } from '../grpc/infer-message.ts'
import { mustBeEqual } from '../same-tensors.ts'
import { clauseOf } from '../specification.ts'
import type { TestBench } from '../test-bench.ts'
import { must, notApplicable } from '../verdict.ts'
import type { JsonObject } from '../wire/read-answer.ts'
import { UNKNOWN } from './unknown-names.ts'

const group = 'stream'
const STREAM = clauseOf('decoupled', 'ModelStreamInfer')

export const STREAM_CASES: readonly ConformanceCase[] = [
  {
    id: 'grpc.stream.answers',
    group,
    level: 'extension',
    title: 'Each request of a stream is answered with its id, and the stream ends well',
    clause: STREAM,
    run: mustAnswerEach,
  },
  {
    id: 'grpc.stream.error',
    group,
    level: 'extension',
    title: 'A request that fails is told in error_message, and the stream goes on',
    clause: STREAM,
    run: mustGoOn,
  },
]

async function streamed(bench: TestBench, requests: readonly JsonObject[]) {
  const answer = await bench.grpc.stream('ModelStreamInfer', requests)
  if (answer.code === GRPC_CODES.unimplemented) notApplicable('the server has no ModelStreamInfer')
  must(answer.code === GRPC_CODES.ok, 'the stream must end with OK', `${answer.code} ${answer.details}`)
  return answer.messages
}

function replyIn(message: JsonObject): JsonObject | undefined {
  const reply = message['infer_response']
  return message['error_message'] === '' && isRecord(reply) ? reply : undefined
}

async function mustAnswerEach(bench: TestBench): Promise<void> {
  const ids = ['stream-1', 'stream-2', 'stream-3']
  const messages = await streamed(
    bench,
    ids.map((id) => ({ ...inferRequest(bench), id })),
  )
  for (const id of ids) {
    const reply = messages.map(replyIn).find((found) => found?.['id'] === id)
    must(reply !== undefined, `the stream must have a reply to ${id}`)
    mustBeEqual(bench.reference.outputs, outputsOf(reply), 'REST and the stream')
  }
}

async function mustGoOn(bench: TestBench): Promise<void> {
  const messages = await streamed(bench, [
    { ...inferRequest(bench), id: 'wrong', outputs: [{ name: UNKNOWN }] },
    { ...inferRequest(bench), id: 'right' },
  ])
  const failed = messages.find((message) => message['error_message'] !== '')
  must(failed !== undefined, 'the stream must have an error_message')
  const replied = messages.some((message) => replyIn(message)?.['id'] === 'right')
  must(replied, 'the stream must have the reply to the request after the failed one')
}
