import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { bodiesOf, find } from '../support/find-bodies.ts'
import { asked, startOther } from '../support/other-server.ts'
import { faultsOf } from '../support/payload-faults.ts'

/** Rows of numbers, of which some sum is the prediction. */
function predictions(rows: readonly (readonly number[])[]): readonly number[] {
  return rows.map((row) => row.reduce((sum, value) => sum + value, 0))
}

describe('of other servers', () => {
  it('MLflow’s without a signature is asked with rows as wide as its model says', async () => {
    const widths: number[] = []
    const url = await startOther((request, body) => {
      if (asked(request) === 'GET /version') return [200, '2.22.0']
      if (asked(request) === 'GET /ping') return [200, '\n']
      if (asked(request) !== 'POST /invocations') return [404, { detail: 'Not Found' }]
      const { inputs } = JSON.parse(body) as { inputs?: number[][] }
      const [first] = Array.isArray(inputs) ? inputs : []
      if (!Array.isArray(first))
        return [400, { error_code: 'BAD_REQUEST', message: 'a matrix of floats is wanted' }]
      widths.push(first.length)
      if (first.length === 7) return [200, { predictions: predictions(inputs ?? []) }]
      return [400, { message: `X has ${first.length} features, but Ridge is expecting 7 features as input.` }]
    })
    const target = await find(url, { rows: 2 })
    expect(target.found.slice(0, 2)).toEqual([
      'MLflow 2.22.0 scoring server',
      'rows of 7 numbers as inputs, guessed: the server tells no signature',
    ])
    expect(new Set(widths)).toEqual(new Set([1, 7]))
    expect(await faultsOf(target)).toEqual([])
  })

  it('MLflow’s without a signature is asked with texts, where a frame of numbers is answered by its columns', async () => {
    const url = await startOther((request, body) => {
      if (asked(request) === 'GET /version') return [200, '3.17.2']
      if (asked(request) === 'GET /ping') return [200, '\n']
      if (asked(request) !== 'POST /invocations') return [404, '']
      const { inputs, dataframe_split } = JSON.parse(body) as {
        inputs?: unknown[]
        dataframe_split?: { data: number[][] }
      }
      if (dataframe_split !== undefined)
        return [200, { predictions: (dataframe_split.data[0] ?? []).map(() => 1) }]
      if (Array.isArray(inputs) && inputs.length > 0 && inputs.every((text) => typeof text === 'string'))
        return [200, { predictions: inputs.map((text) => text.length) }]
      const stack_trace = "Traceback\n  File\nAttributeError: 'float' object has no attribute 'lower'"
      return [400, { message: 'Encountered an unexpected error', stack_trace }]
    })
    expect((await find(url)).found[1]).toBe(
      'rows of a text as inputs, guessed: the server tells no signature',
    )
  })

  it('one of MLflow’s chat models is asked with a message of a user', async () => {
    const columns =
      "'messages': Array({content: string (optional), role: string (required)}) (required), 'n': long (optional)"
    const url = await startOther((request, body) => {
      if (asked(request) === 'GET /version') return [200, '3.17.2']
      if (asked(request) === 'GET /ping') return [200, '\n']
      if (asked(request) !== 'POST /invocations') return [404, '']
      const { messages } = JSON.parse(body) as { messages?: { content: string }[] }
      if (messages !== undefined) return [200, { choices: messages }]
      return [400, { message: `Failed to enforce schema of data '…' with schema '[${columns}]'. Error: …` }]
    })
    const target = await find(url, { rows: 2 })
    expect(target.found[1]).toBe('a message of a chat from the error message about its schema')
    expect(bodiesOf(target)[0]).toMatch(/^\{"messages":\[\{"role":"user","content":"\w+ \d+, /)
    expect(new Set(bodiesOf(target)).size).toBe(8)
    expect(await faultsOf(target)).toEqual([])
  })

  it('one that refuses all that can be guessed is told to need a payload', async () => {
    const url = await startOther((request) =>
      asked(request) === 'GET /version' ? [200, '3.17.2'] : [400, { message: 'no, thank you' }],
    )
    await expect(find(url)).rejects.toThrow(
      /four forms.*: no, thank you\. Give a body that it takes with --payload FILE/,
    )
  })

  it('TensorFlow Serving’s is asked by V1, with the tensors of its metadata', async () => {
    const tensor = { dtype: 'DT_FLOAT', tensor_shape: { dim: [{ size: '-1' }, { size: '2' }] } }
    const definition = { serving_default: { inputs: { x: tensor } } }
    const url = await startOther((request, body) => {
      if (asked(request) === 'GET /v1/models/none')
        return [404, { error: 'Could not find any versions of model none' }]
      if (asked(request) === 'GET /v1/models/half_plus_two/metadata')
        return [200, { metadata: { signature_def: { signature_def: definition } } }]
      if (asked(request) !== 'POST /v1/models/half_plus_two:predict')
        return [404, { error: 'Malformed request' }]
      return [200, { predictions: predictions((JSON.parse(body) as { instances: number[][] }).instances) }]
    })
    await expect(find(url)).rejects.toThrow('name one with --model')
    const target = await find(url, { modelName: 'half_plus_two', rows: 2 })
    expect(target.found.slice(0, 2)).toEqual(['TensorFlow Serving', 'model half_plus_two by V1'])
    expect(await faultsOf(target)).toEqual([])
  })

  it('one of V1 whose outputs have other rows is asked with whole tensors', async () => {
    const tensor = { dtype: 'DT_FLOAT', tensor_shape: { dim: [{ size: '-1' }] } }
    const definition = { serving_default: { inputs: { x: tensor } } }
    const url = await startOther((request, body) => {
      if (asked(request) === 'GET /v1/models') return [200, { models: ['sums'] }]
      if (asked(request) === 'GET /v1/models/sums/metadata')
        return [200, { metadata: { signature_def: { signature_def: definition } } }]
      if (asked(request) !== 'POST /v1/models/sums:predict') return [404, {}]
      const { inputs } = JSON.parse(body) as { inputs?: object }
      return inputs === undefined ? [400, { error: "send 'inputs'" }] : [200, { outputs: { sum: [1, 2] } }]
    })
    const target = await find(url, { rows: 2 })
    expect(bodiesOf(target)[0]).toMatch(/^\{"inputs":\{"x":\[[\d.]+,[\d.]+\]\}\}$/)
    expect(await faultsOf(target)).toEqual([])
  })

  it('MLServer’s that describes no inputs is told that they are arrays, where it wants to know', async () => {
    const url = await startOther((request, body) => {
      if (asked(request) === 'GET /v2') return [200, { name: 'mlserver', version: '1.7.1' }]
      if (asked(request) === 'POST /v2/repository/index') return [200, [{ name: 'm', state: 'READY' }]]
      if (asked(request) !== 'POST /v2/models/m/infer') return [404, {}]
      const { parameters } = JSON.parse(body) as { parameters?: { content_type: string } }
      const output = { name: 'y', datatype: 'FP32', shape: [1], data: [0] }
      return parameters?.content_type === 'np'
        ? [200, { outputs: [output] }]
        : [400, { error: 'Reshape your data' }]
    })
    const target = await find(url)
    expect(target.found[2]).toBe(
      'a matrix of 1 column of FP32, guessed: the server does not describe its inputs',
    )
    expect(await faultsOf(target)).toEqual([])
    await expect(find(url, { dialect: 'open-inference', binary: true })).rejects.toThrow('--protocol v2)')
  })

  it('OpenVINO’s names its models in its configuration', async () => {
    const url = await startOther((request) => {
      if (asked(request) === 'GET /v1/config') return [200, { resnet: { model_version_status: [] } }]
      const input = { name: 'x', datatype: 'FP32', shape: [1, 3] }
      if (asked(request) === 'GET /v2/models/resnet') return [200, { name: 'resnet', inputs: [input] }]
      const output = { name: 'y', datatype: 'FP32', shape: [1], data: [0] }
      if (asked(request) === 'POST /v2/models/resnet/infer') return [200, { outputs: [output] }]
      return [404, { error: 'Invalid request URL' }]
    })
    // A model of one row takes no more of them.
    const target = await find(url, { rows: 4 })
    expect(target.payloads[0]).toMatchObject({ path: '/v2/models/resnet/infer', rows: 1 })
    expect(await faultsOf(target)).toEqual([])
  })

  it('a model that answers several rows with one number is checked by its status alone', async () => {
    const url = await startOther((request) =>
      asked(request) === 'GET /version' ? [200, '3.17.2'] : [200, { predictions: 1 }],
    )
    const target = await find(url, { rows: 2 })
    expect(target.payloads[0]?.expected).toEqual({ status: 200 })
    expect(target.found.at(-1)).toBe(
      "answers are checked by their status alone: 'predictions' has no rows, not 2",
    )
    await expect(find(url, { rows: 2, check: 'predictions' })).rejects.toThrow(
      'one of the first answers is not right',
    )
  })

  it('credentials go with every question, and what is refused without them is told', async () => {
    const url = await startOther(({ headers, url: path }) => {
      if (path === '/version') return [200, '3.17.2']
      return headers.authorization === 'Bearer t'
        ? [200, { predictions: [1] }]
        : [401, { message: 'who are you?' }]
    })
    await expect(find(url)).rejects.toThrow('answers 401 to every request: who are you?')
    const target = await find(url, { headers: { authorization: 'Bearer t' } })
    expect(target.payloads[0]?.headers).toMatchObject({ authorization: 'Bearer t' })
  })

  it('is asked without a proxy, as it is measured', async () => {
    vi.stubEnv('http_proxy', 'http://127.0.0.1:1')
    vi.stubEnv('no_proxy', '')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    expect((await find(`${await startOther(() => [200, 'pong'])}/ping`)).payloads).toHaveLength(1)
  })

  it('something else is told how it can be measured', async () => {
    const url = await startOther(() => [404, 'nothing here'])
    await expect(find(url)).rejects.toThrow(
      'is no server of MLflow, V2 or V1 that tells so. Give a URL with a path',
    )
  })

  it('MLflow’s tracking server, which has the same port, is told from the one that predicts', async () => {
    const url = await startOther((request) =>
      asked(request) === 'GET /version' ? [200, '3.17.2'] : [404, '<!doctype html><title>404</title>'],
    )
    await expect(find(url)).rejects.toThrow(
      'the tracking server of MLflow 3.17.2, which makes no predictions',
    )
  })

  it.each<[number, unknown, string]>([
    [401, 'no', "answers 401 to every request: no. Give credentials with -H 'authorization: Bearer TOKEN'"],
    [
      403,
      '<!doctype html>\n<html><head><title>\nForbidden</title></head>',
      "a page titled 'Forbidden'. Give credentials",
    ],
    [503, { detail: 'warming up' }, 'answers 503 to every request: warming up. Try again when it is ready'],
    [
      400,
      '<html><center><h1>400 Bad Request</h1></center></html>',
      'is no server of MLflow, V2 or V1 that tells so',
    ],
  ])('one that answers %i to everything is told why it cannot be measured', async (status, body, reason) => {
    await expect(find(await startOther(() => [status, body]))).rejects.toThrow(reason)
  })

  it('one that redirects is not followed', async () => {
    const url = await startOther(() => [308, '', { location: 'https://elsewhere/v2' }])
    await expect(find(url)).rejects.toThrow(
      '/v2 redirects to https://elsewhere/v2. Redirects are not followed',
    )
  })

  it('a path that takes no GET needs a body', async () => {
    const url = await startOther(({ method }) =>
      method === 'GET' ? [405, { detail: 'Method Not Allowed' }] : [200, '1'],
    )
    await expect(find(`${url}/predict`)).rejects.toThrow(
      '/predict answers 405 to GET: Method Not Allowed. Give a body to POST with --payload FILE',
    )
  })

  it('a path that succeeds with another status than 200 has to go on so', async () => {
    const { payloads } = await find(`${await startOther(() => [204, ''])}/ready`)
    expect(payloads).toMatchObject([{ method: 'GET', expected: { status: 204 } }])
  })
})
