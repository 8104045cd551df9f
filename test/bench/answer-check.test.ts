import { describe, expect, it } from 'vitest'
import { checkAnswer } from '../../src/bench/answer-check.ts'
import type { AnswerCheck, Dialect } from '../../src/bench/target.ts'
import { ProtoMessages } from '../../src/protocols/open-inference/grpc/proto-messages.ts'

const two: AnswerCheck = { kind: 'predictions', rows: 2 }

function check(dialect: Dialect, body: string | Uint8Array, wanted: AnswerCheck = two): string | undefined {
  return checkAnswer({ ...wanted }, dialect, Buffer.from(body))
}

const floats = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer)

describe('predictions', () => {
  it.each<[Dialect, string]>([
    ['mlflow', '{"predictions": [1, 2]}'],
    ['mlflow', '{"predictions": [{"label": "a", "p": {"a": 0.5}}, {"label": "b", "p": {"a": 1}}]}'],
    ['mlflow', '{"predictions": {"y": [[1], [2]], "z": ["a", "b"]}}'],
    ['v1', '{"predictions": [[0.1], [0.2]]}'],
    ['v1', '{"outputs": {"y": [1, 2]}}'],
    ['open-inference', '{"outputs": [{"name": "y", "datatype": "FP32", "shape": [2, 1], "data": [1, 2]}]}'],
    [
      'open-inference',
      '{"outputs": [{"name": "y", "datatype": "FP32", "shape": [2, 1], "data": [[1], [2]]}]}',
    ],
  ])('of %s are right in %s', (dialect, body) => {
    expect(check(dialect, body)).toBeUndefined()
  })

  it.each<[Dialect, string, string]>([
    ['mlflow', '{"predictions": [1]}', "'predictions' has 1 row, not 2"],
    ['mlflow', '{"predictions": 1}', "'predictions' has no rows, not 2"],
    ['mlflow', '{"predictions": {"y": [1, 2], "z": [1]}}', "'z' has 1 row, not 2"],
    ['mlflow', '{"predictions": [1, NaN]}', 'a number is NaN or infinite'],
    ['mlflow', '{"predictions": [1, -Infinity]}', 'a number is NaN or infinite'],
    ['mlflow', '{"predictions": [1, 1e999]}', "a number of 'predictions' is NaN or infinite"],
    ['mlflow', '{"predictions": [1, null]}', "a value of 'predictions' is null"],
    ['mlflow', '{"error_code": "BAD_REQUEST"}', "no 'predictions' in the answer"],
    ['mlflow', '{"predictions": [1', 'no JSON'],
    ['mlflow', '{"predictions": {}}', 'no predictions in the answer'],
    ['v1', '{"error": "no"}', "no 'predictions' in the answer"],
    ['open-inference', '{"error": "no"}', "no 'outputs' in the answer"],
    [
      'open-inference',
      '{"outputs": [{"name": "y", "datatype": "FP32", "shape": [2, 2], "data": [1]}]}',
      "the output 'y' of shape [2,2] has not 4 elements",
    ],
    [
      'open-inference',
      '{"outputs": [{"name": "y", "data": [1]}]}',
      "not all of 'name', 'datatype' and 'shape'",
    ],
  ])('of %s are wrong in %s', (dialect, body, reason) => {
    expect(check(dialect, body)).toContain(reason)
  })

  const head =
    '{"outputs": [{"name": "}\\"", "datatype": "FP32", "shape": [2], "parameters": {"binary_data_size": 8}}]}'
  it.each<[string, Uint8Array, string | undefined]>([
    ['right', floats(1, 2), undefined],
    ['NaN', floats(1, Number.NaN), 'is NaN or infinite'],
    ['too short', floats(1), 'has 4 bytes'],
  ])('as bytes behind the JSON: %s', (_, bytes, reason) => {
    const found = check('open-inference', Buffer.concat([Buffer.from(head), bytes]), {
      ...two,
      form: 'binary',
    })
    if (reason === undefined) expect(found).toBeUndefined()
    else expect(found).toContain(reason)
  })

  it('of gRPC, with bytes or typed contents', async () => {
    const { responseSerialize } = (await ProtoMessages.load()).method('ModelInfer')
    const output = { name: 'y', datatype: 'FP32', shape: [2] }
    const form = { ...two, form: 'protobuf' as const }
    const answer = (message: object) => check('open-inference', responseSerialize(message), form)
    expect(answer({ outputs: [output], raw_output_contents: [floats(1, 2)] })).toBeUndefined()
    expect(answer({ outputs: [{ ...output, contents: { fp32_contents: [1, 2] } }] })).toBeUndefined()
    expect(answer({ outputs: [output], raw_output_contents: [floats(1)] })).toContain('has 4 bytes')
    expect(answer({ outputs: [{ ...output, contents: { fp32_contents: [1] } }] })).toContain(
      'needs 2 elements',
    )
    expect(answer({ outputs: [{ ...output, shape: [1] }], raw_output_contents: [floats(1)] })).toContain(
      '1 row',
    )
    expect(answer({ model_name: 'm' })).toContain('no outputs')
    expect(check('open-inference', 'no message', form)).toContain('not a valid protocol buffer')
  })
})

describe('golden answers', () => {
  const golden = (answer: string, relativeTolerance = 1e-3): AnswerCheck => ({
    ...{ kind: 'golden', answer, relativeTolerance },
  })

  it('are right within the tolerance, whatever else the answer has', () => {
    const answer = golden('{"predictions": [{"y": 1, "t": "a"}]}')
    expect(
      check('mlflow', '{"predictions": [{"t": "a", "y": 1.0005}], "id": "other"}', answer),
    ).toBeUndefined()
    expect(check('mlflow', '{"predictions": [{"t": "a", "y": 1.01}]}', answer)).toBe(
      'predictions[0].y should be 1, and is 1.01',
    )
  })

  it.each([
    [
      '{"predictions": [1, 2]}',
      '{"predictions": [1]}',
      'predictions should have the length 2, and has the length 1',
    ],
    ['{"predictions": [1, "a"]}', '{"predictions": [1, "b"]}', 'predictions[1] should be "a", and is "b"'],
    ['{"predictions": {"a": [1]}}', '{"predictions": {"b": [1]}}', "'a' is missing"],
    ['{"predictions": {"a": [1]}}', '{"predictions": {"a": [1], "b": [1]}}', 'there is more in the answer'],
    ['{"predictions": [{"y": 1}]}', '{"predictions": [{}]}', 'predictions[0].y should be 1, and is missing'],
  ])('%s is not %s', (answer, body, reason) => {
    expect(check('mlflow', body, golden(answer))).toContain(reason)
  })

  it('of bytes are given in base64', () => {
    const head =
      '{"outputs": [{"name": "y", "datatype": "INT64", "shape": [1], "parameters": {"binary_data_size": 8}}]}'
    const bytes = (value: bigint) =>
      Buffer.concat([Buffer.from(head), Buffer.from(BigInt64Array.of(value).buffer)])
    const wanted = { ...golden(bytes(5n).toString('base64')), form: 'binary' as const }
    expect(check('open-inference', bytes(5n), wanted)).toBeUndefined()
    expect(check('open-inference', bytes(6n), wanted)).toBe('y[0] should be 5, and is 6')
  })

  it('of any path may be text', () => {
    expect(check('plain', 'pong\n', golden('pong\n'))).toBeUndefined()
    expect(check('plain', 'ping\n', golden('pong\n'))).toContain('the answer should be')
  })
})

it('reads an answer again that is not byte for byte the last right one', () => {
  const same: AnswerCheck = { kind: 'predictions', rows: 1 }
  const body = Buffer.from('{"predictions": [1]}')
  expect(checkAnswer(same, 'mlflow', body)).toBeUndefined()
  body.write('X', 1)
  expect(checkAnswer(same, 'mlflow', body)).toContain('no JSON')
  expect(checkAnswer(same, 'mlflow', Buffer.from('{"predictions": [2]}'))).toBeUndefined()
})
