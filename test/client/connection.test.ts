import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Connection } from '../../src/client/connection.ts'
import type { ConnectionOptions } from '../../src/client/connection-options.ts'
import { deadlineExceeded, isUnreachable } from '../../src/core/errors.ts'
import { freePort } from '../fixtures/free-port.ts'
import { caught } from './support/caught.ts'
import { type Handler, sendJson, sendPage, startWebServer } from './support/web-server.ts'

const path = '/api/2.0/mlflow/thing'
const get = { method: 'GET', path } as const

const ok: Handler = (_, response) => sendJson(response, { ok: true })

/** Asks a server that does not keep us waiting. */
function connect(url: string, options: Partial<ConnectionOptions> = {}): Connection {
  return new Connection({ url, backoffFactor: 0, backoffJitter: 0, ...options })
}

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`
}

describe('what is sent', () => {
  test('a GET carries its query, and the headers of the client', async () => {
    const server = await startWebServer(ok)
    const connection = connect(`${server.url}/`, { userAgent: 'headrace/1.2.3', workspace: 'team' })
    await connection.json({ ...get, query: { name: "it's & me?" } })
    const [request] = server.requests
    expect(request).toMatchObject({ method: 'GET', path, body: '' })
    expect(request?.query.get('name')).toBe("it's & me?")
    expect(request?.headers).toMatchObject({ 'user-agent': 'headrace/1.2.3', 'x-mlflow-workspace': 'team' })
    expect(request?.headers).not.toHaveProperty('authorization')
    expect(request?.headers).not.toHaveProperty('content-type')
  })

  test('a POST carries its body as JSON, without which MLflow refuses it', async () => {
    const server = await startWebServer(ok)
    await connect(server.url).json({ method: 'POST', path, body: { name: 'é' } })
    expect(server.requests[0]).toMatchObject({ method: 'POST', body: '{"name":"é"}' })
    expect(server.requests[0]?.headers['content-type']).toBe('application/json')
  })

  test('the path of the URL stays before that of the call', async () => {
    const server = await startWebServer(ok)
    const connection = connect(`${server.url}/team/mlflow/`)
    await connection.json(get)
    expect(server.requests[0]?.path).toBe(`/team/mlflow${path}`)
    expect(connection.url).toBe(`${server.url}/team/mlflow`)
  })

  test.for<[string, Partial<ConnectionOptions>, string | undefined]>([
    ['basic', { username: 'ann', password: 'pä:ss' }, basic('ann:pä:ss')],
    ['basic before bearer', { username: 'ann', password: 'pass', token: 'abc' }, basic('ann:pass')],
    ['bearer where the password is missing', { username: 'ann', token: 'abc' }, 'Bearer abc'],
    ['nothing for a user name alone', { username: 'ann' }, undefined],
  ])('the authorization is %s', async ([, options, expected]) => {
    const server = await startWebServer(ok)
    await connect(server.url, options).json(get)
    expect(server.requests[0]?.headers.authorization).toBe(expected)
  })

  test('user name and password of the URL go first, and no message shows them', async () => {
    const server = await startWebServer((_, response) => sendJson(response, {}, 401))
    const url = server.url.replace('//', '//ann:se%40cret@')
    const connection = connect(url, { username: 'bob', password: 'other' })
    const error = await caught(connection.json(get))
    expect(server.requests[0]?.headers.authorization).toBe(basic('ann:se@cret'))
    expect(`${error.message} ${connection.url}`).not.toMatch(/ann|cret/)
  })
})

describe('what is answered', () => {
  test('an empty answer is an empty object', async () => {
    const server = await startWebServer((_, response) => void response.end())
    expect(await connect(server.url).json(get)).toEqual({})
  })

  test.for([
    ['a web page', '<!DOCTYPE html><title>Login</title>'],
    ['no JSON object: [1]', '[1]'],
    ['no JSON object: OK', 'OK'],
  ])('%s is not taken for an answer of the API', async ([what, body]) => {
    const server = await startWebServer((_, response) => sendPage(response, 200, body as string))
    const error = await caught(connect(server.url).json(get))
    expect(error.code).toBe('ENDPOINT_NOT_FOUND')
    expect(error.message).toBe(`${server.url}${path} answered with ${what}. Is this an MLflow server?`)
  })

  test.for([
    [404, 'RESOURCE_DOES_NOT_EXIST', 'RESOURCE_DOES_NOT_EXIST'],
    [400, 'INVALID_PARAMETER_VALUE', 'INVALID_PARAMETER_VALUE'],
    [400, 'RESOURCE_ALREADY_EXISTS', 'RESOURCE_ALREADY_EXISTS'],
    [404, 'NOT_FOUND', 'RESOURCE_DOES_NOT_EXIST'],
    [409, 'ABORTED', 'RESOURCE_CONFLICT'],
  ] as const)('status %d with %s is %s, in the words of the server', async ([status, sent, code]) => {
    const body = { error_code: sent, message: 'Registered Model with name=x not found' }
    const server = await startWebServer((_, response) => sendJson(response, body, status))
    const error = await caught(connect(server.url).json(get))
    expect(error).toMatchObject({ code, message: 'Registered Model with name=x not found' })
  })

  test.for([
    [400, 'BAD_REQUEST'],
    [404, 'ENDPOINT_NOT_FOUND'],
    [405, 'ENDPOINT_NOT_FOUND'],
    [418, 'INTERNAL_ERROR'],
    [501, 'NOT_IMPLEMENTED'],
  ] as const)('status %d with a web page is %s', async ([status, code]) => {
    const server = await startWebServer((_, response) =>
      sendPage(response, status, '<html>no\u001b[31m</html>'),
    )
    const error = await caught(connect(server.url).json(get))
    expect(error.code).toBe(code)
    expect(error.message).toBe(`${server.url}${path} answered ${status}. Is this an MLflow server?`)
  })

  test('text of a failed answer is told in one line without control characters', async () => {
    const server = await startWebServer(
      (_, response) => void response.writeHead(422).end('bad\n\u001b[31mthing'),
    )
    const error = await caught(connect(server.url).json(get))
    expect(error).toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    expect(error.message).toBe(`${server.url}${path} answered 422: bad [31mthing`)
  })

  test('long words of the server are cut', async () => {
    const body = { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'x'.repeat(10_000) }
    const server = await startWebServer((_, response) => sendJson(response, body, 404))
    expect((await caught(connect(server.url).json(get))).message).toHaveLength(2_001)
  })

  test('of a file the words of the server come with its address', async () => {
    const body = { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'no' }
    const server = await startWebServer((_, response) => sendJson(response, body, 404))
    const error = await caught(connect(server.url).open({ path: '/file' }))
    expect(error).toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: `${server.url}/file answered 404: no`,
    })
  })

  test('401 and 403 say which variables to set or to check', async () => {
    const server = await startWebServer((request, response) =>
      sendJson(
        response,
        { error_code: 'PERMISSION_DENIED', message: 'Not yours.' },
        Number(request.path.slice(1)),
      ),
    )
    const [open, known] = [connect(server.url), connect(server.url, { token: 'abc' })]
    const variables = 'MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN'
    expect(await caught(open.json({ method: 'GET', path: '/401' }))).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: `${server.url}/401 wants credentials (401): set ${variables}`,
    })
    expect(await caught(known.json({ method: 'GET', path: '/401' }))).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: `${server.url}/401 does not accept the credentials (401): check ${variables}`,
    })
    expect(await caught(known.json({ method: 'GET', path: '/403' }))).toMatchObject({
      code: 'PERMISSION_DENIED',
      message: `${server.url}/403 refuses this (403): Not yours. Check ${variables}`,
    })
    expect(server.requests).toHaveLength(3)
  })

  test('a body beyond the limit is refused before it is read to the end', async () => {
    const server = await startWebServer((_, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('x'.repeat(10_000)), 1)
      response.on('close', () => clearInterval(timer))
    })
    const answer = await connect(server.url).open({ path: '/' })
    expect(await caught(answer.text(50_000))).toMatchObject({ code: 'RESOURCE_EXHAUSTED' })
  })
})

describe('redirects', () => {
  test('within the origin are followed for API calls', async () => {
    const server = await startWebServer((request, response) => {
      if (request.path === '/new') return sendJson(response, { found: request.query.get('a') })
      response.writeHead(302, { location: '/new?a=1' }).end()
    })
    expect(await connect(server.url, { token: 'abc' }).json(get)).toEqual({ found: '1' })
    expect(server.requests[1]?.headers.authorization).toBe('Bearer abc')
  })

  test('to another origin are refused: nothing is sent there', async () => {
    const other = await startWebServer(ok)
    const location = `${other.url}/login?next=secret`
    const server = await startWebServer((_, response) => void response.writeHead(302, { location }).end())
    const error = await caught(connect(server.url, { token: 'abc' }).json(get))
    expect(error.message).toMatch(
      `${server.url}${path} redirects to ${other.url}/login. If it is the MLflow server`,
    )
    expect(other.requests).toEqual([])
  })

  test('that would turn a POST into a GET are refused', async () => {
    const server = await startWebServer(
      (_, response) => void response.writeHead(302, { location: '/new' }).end(),
    )
    await caught(connect(server.url).json({ method: 'POST', path, body: {} }))
    expect(server.requests).toHaveLength(1)
  })

  test('in a circle end', async () => {
    const server = await startWebServer(
      (_, response) => void response.writeHead(307, { location: path }).end(),
    )
    await caught(connect(server.url).json(get))
    expect(server.requests).toHaveLength(6)
  })

  test('to no web address are shown as they are, and nothing is followed', async () => {
    const location = 'file:///etc/passwd'
    const server = await startWebServer((_, response) => void response.writeHead(302, { location }).end())
    const error = await caught(connect(server.url).json(get))
    expect(error).toMatchObject({ code: 'ENDPOINT_NOT_FOUND' })
    expect(error.message).toMatch('redirects to file:///etc/passwd. If it is')
  })

  test('of files are refused', async () => {
    const server = await startWebServer(
      (_, response) => void response.writeHead(302, { location: '/new' }).end(),
    )
    const error = await caught(connect(server.url).open({ path: '/file' }))
    expect(error.message).toBe(
      `${server.url}/file redirects to ${server.url}/new. Redirects of files are not followed.`,
    )
  })
})

describe('retries', () => {
  test.for([408, 429, 500, 502, 503, 504])(
    'status %d is asked again, and each retry is told',
    async (status) => {
      const warnings: unknown[] = []
      let failures = 2
      const server = await startWebServer((_, response) => {
        if (failures-- > 0)
          sendJson(response, { error_code: 'INTERNAL_ERROR', message: 'the database is gone.' }, status)
        else sendJson(response, { ok: true })
      })
      const log = { warn: (facts: object, text: string) => warnings.push([facts, text]) }
      expect(await connect(server.url, { log }).json(get)).toEqual({ ok: true })
      const text = `${server.url}${path} answered ${status}: the database is gone. Asking again at once`
      expect(warnings).toEqual([
        [{ server: server.url, attempt: 2, attempts: 8, waitSeconds: 0 }, `${text} (attempt 2 of 8)`],
        [{ server: server.url, attempt: 3, attempts: 8, waitSeconds: 0 }, `${text} (attempt 3 of 8)`],
      ])
    },
  )

  test('end after the last, and the error says that the server is out of reach', async () => {
    const server = await startWebServer((_, response) => sendPage(response, 503, '<html>gateway</html>'))
    const error = await caught(connect(server.url, { maxRetries: 3 }).json(get))
    expect(error).toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: `${server.url}${path} answered 503`,
      details: { unreachable: true, status: 503 },
    })
    expect(server.requests).toHaveLength(4)
  })

  test('one call may ask more briefly than its connection', async () => {
    const server = await startWebServer((_, response) => sendJson(response, {}, 503))
    await caught(connect(server.url).json(get, { maxRetries: 0 }))
    expect(server.requests).toHaveLength(1)
  })

  test('wait as long as the server asks', async () => {
    let failures = 1
    const server = await startWebServer((_, response) => {
      if (failures-- > 0) response.writeHead(429, { 'retry-after': '1' }).end()
      else sendJson(response, {})
    })
    const start = performance.now()
    await connect(server.url).json(get)
    expect(performance.now() - start).toBeGreaterThan(950)
  })

  test('also follow an answer that breaks off', async () => {
    let failures = 1
    const server = await startWebServer((_, response) => {
      if (failures-- <= 0) return sendJson(response, { ok: true })
      response.writeHead(200, { 'content-length': 100 }).write('{"ok":')
      setImmediate(() => response.destroy())
    })
    expect(await connect(server.url).json(get)).toEqual({ ok: true })
    expect(server.requests).toHaveLength(2)
  })

  test('do not follow a server that hands out no artifacts, though it says 503', async () => {
    const said =
      'Endpoint: /x disabled due to the mlflow server running with `--no-serve-artifacts`. To enable …'
    const server = await startWebServer((_, response) => void response.writeHead(503).end(said))
    const error = await caught(connect(server.url).json(get))
    expect(error).toMatchObject({ code: 'NOT_IMPLEMENTED' })
    expect(error.message).toMatch('--no-serve-artifacts')
    expect(server.requests).toHaveLength(1)
  })

  test('answers that no retry can mend are not asked again', async () => {
    const server = await startWebServer((_, response) => sendJson(response, {}, 400))
    await caught(connect(server.url).json(get))
    expect(server.requests).toHaveLength(1)
  })
})

describe('no answer', () => {
  test('a refused connection', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const error = await caught(connect(url, { maxRetries: 1 }).json(get))
    expect(error.message).toBe(
      `${url}${path} does not answer: the connection was refused (is the server running there?)`,
    )
    expect(isUnreachable(error)).toBe(true)
  })

  test('a host that is not known', async () => {
    const error = await caught(connect('http://nowhere.invalid', { maxRetries: 0 }).json(get))
    expect(error.message).toMatch(/^http:\/\/nowhere\.invalid.* the name of the host was not found/)
    expect(isUnreachable(error)).toBe(true)
  })

  test('a server that takes too long', async () => {
    const server = await startWebServer(() => {})
    const error = await caught(connect(server.url, { timeoutMs: 200, maxRetries: 0 }).json(get))
    expect(error.message).toBe(
      `${server.url}${path} does not answer: no answer within 0.2 s (MLFLOW_HTTP_REQUEST_TIMEOUT)`,
    )
    server.close()
  })

  // Its head has a second to come.
  test('a body that stops', { retry: 4 }, async () => {
    const server = await startWebServer((_, response) => void response.writeHead(200).write('{'))
    const error = await caught(connect(server.url, { timeoutMs: 1_000, maxRetries: 0 }).json(get))
    expect(error.message).toMatch('the answer stopped for 1 s')
    expect(isUnreachable(error)).toBe(true)
    server.close()
  })

  test.for(['json', 'open'] as const)(
    'a body that goes on by single bytes (%s)',
    { retry: 4 },
    async (kind) => {
      const server = await startWebServer((_, response) => {
        const drip = setInterval(() => response.write(' '), 10)
        response.on('close', () => clearInterval(drip))
      })
      const connection = connect(server.url, { timeoutMs: 1000, maxRetries: 0 })
      const read = async () => {
        if (kind === 'json') return connection.json(get)
        for await (const _ of (await connection.open({ path: '/file' })).chunks());
        return undefined
      }
      const error = await caught(read())
      expect(error.message).toMatch(/ does not answer: the answer .* 3 s$/)
      expect(isUnreachable(error)).toBe(true)
      server.close()
    },
  )
})

describe('cancelling', () => {
  // The first answer has a tenth of a second to come.
  test('ends a wait between attempts', { retry: 4 }, async () => {
    const server = await startWebServer(
      (_, response) => void response.writeHead(429, { 'retry-after': '60' }).end(),
    )
    const controller = new AbortController()
    const asked = caught(connect(server.url).json(get, { signal: controller.signal }))
    await sleep(100)
    controller.abort()
    expect(await asked).toMatchObject({
      code: 'CANCELLED',
      message: 'The call was cancelled while it waited to ask again',
    })
  })

  test('ends a request under way, with the reason of the signal where that is one of ours', async () => {
    const server = await startWebServer(() => {})
    const signals = [AbortSignal.timeout(50), new AbortController()] as const
    setTimeout(() => signals[1].abort(deadlineExceeded('late')), 50)
    const connection = connect(server.url)
    expect(await caught(connection.json(get, { signal: signals[0] }))).toMatchObject({ code: 'CANCELLED' })
    expect(await caught(connection.json(get, { signal: signals[1].signal }))).toMatchObject({
      message: 'late',
    })
    server.close()
  })
})

describe('a connection to another server', () => {
  test('has no credentials of the first, and says so where they are wanted', async () => {
    const first = await startWebServer(ok)
    const second = await startWebServer((_, response) => sendJson(response, {}, 401))
    const options = { username: 'ann', password: 'pass', workspace: 'team', userAgent: 'headrace/1' }
    const error = await caught(connect(first.url, options).to(`${second.url}/x`).json(get))
    expect(second.requests[0]?.headers).not.toHaveProperty('authorization')
    expect(second.requests[0]?.headers).not.toHaveProperty('x-mlflow-workspace')
    expect(second.requests[0]?.headers['user-agent']).toBe('headrace/1')
    expect(error.message).toMatch('those of the MLflow server are sent to no other address')
  })

  test('of the same origin keeps them', async () => {
    const server = await startWebServer(ok)
    const url = server.url.replace('//', '//ann:pass@')
    await connect(url, { token: 'abc' }).to(`${server.url}/deeper`).json(get)
    expect(server.requests[0]?.path).toBe(`/deeper${path}`)
    expect(server.requests[0]?.headers.authorization).toBe(basic('ann:pass'))
  })
})
