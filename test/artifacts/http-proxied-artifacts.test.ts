import { describe, expect, test } from 'vitest'
import { openHttpArtifacts } from '../../src/artifacts/http-artifacts.ts'
import { Connection } from '../../src/client/connection.ts'
import { caught } from '../client/support/caught.ts'
import { type Handler, sendJson, startWebServer } from '../client/support/web-server.ts'
import { namesIn, sendFile, type Tree } from './support/file-server.ts'
import { readContent } from './support/read-content.ts'

const SERVICE = '/api/2.0/mlflow-artifacts/artifacts'
const MODEL: Tree = {
  '1/models/m-1/artifacts/MLmodel': 'flavors: {}',
  '1/models/m-1/artifacts/model.onnx': 'weights',
  '1/models/m-1/artifacts/sub dir/é #1?.txt': 'odd',
  '1/models/m-1/artifacts/sub dir/deeper/100%.txt': 'deep',
}

/** MLflow's artifact service over a tree (3.17.2): listings with bare names, files by path. */
function artifactService(tree: Tree, prefix = ''): Handler {
  return (request, response) => {
    const path = decodeURIComponent(request.path.slice(prefix.length))
    if (path === SERVICE) {
      const folder = request.query.get('path') ?? ''
      const files = (namesIn(tree, folder) ?? []).map((name) => {
        if (name.endsWith('/')) return { path: name.slice(0, -1), is_dir: true }
        return { path: name, is_dir: false, file_size: tree[`${folder}/${name}`]?.length }
      })
      return sendJson(response, files.length === 0 ? {} : { files })
    }
    const content = path.startsWith(`${SERVICE}/`) ? tree[path.slice(SERVICE.length + 1)] : undefined
    if (content !== undefined) {
      return sendFile(request, response, Buffer.from(content), { headers: { etag: `"${content}"` } })
    }
    sendJson(response, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'No such artifact' }, 404)
  }
}

async function serve(tree = MODEL, prefix = '') {
  const server = await startWebServer(artifactService(tree, prefix))
  const connection = new Connection({ url: server.url + prefix, token: 'abc', maxRetries: 0 })
  return { server, connection }
}

describe('mlflow-artifacts:/path', () => {
  test('lists all files below it, and opens them', async () => {
    const { server, connection } = await serve()
    const artifacts = openHttpArtifacts('mlflow-artifacts:/1/models/m-1/artifacts', { server: connection })
    expect(artifacts.uri).toBe(`${server.url}${SERVICE}/1/models/m-1/artifacts`)
    const files = await artifacts.list()
    expect(files).toEqual([
      { path: 'MLmodel', bytes: 11 },
      { path: 'model.onnx', bytes: 7 },
      { path: 'sub dir/é #1?.txt', bytes: 3 },
      { path: 'sub dir/deeper/100%.txt', bytes: 4 },
    ])
    const texts = files.map(async ({ path }) => readContent(await artifacts.open(path)))
    expect(await Promise.all(texts)).toEqual(['flavors: {}', 'weights', 'odd', 'deep'])
  })

  test.for(['mlflow-artifacts:///1/models/m-1/artifacts/', 'MLFLOW-ARTIFACTS:/1//models/m-1/artifacts'])(
    'may be written as %s',
    async (uri) => {
      const { server, connection } = await serve()
      const artifacts = openHttpArtifacts(uri, { server: connection })
      expect(artifacts.uri).toBe(`${server.url}${SERVICE}/1/models/m-1/artifacts`)
      expect(await artifacts.list()).toHaveLength(4)
    },
  )

  test('is below the path of a server that has one', async () => {
    const { connection } = await serve(MODEL, '/team')
    const artifacts = openHttpArtifacts('mlflow-artifacts:/1/models/m-1/artifacts', { server: connection })
    expect(await artifacts.list()).toHaveLength(4)
    expect(await readContent(await artifacts.open('MLmodel'))).toBe('flavors: {}')
  })

  test('is empty where there is nothing, and a file that is missing is told', async () => {
    const { connection } = await serve()
    const artifacts = openHttpArtifacts('mlflow-artifacts:/2', { server: connection })
    expect(await artifacts.list()).toEqual([])
    expect(await caught(artifacts.open('MLmodel'))).toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: `${artifacts.uri}/MLmodel answered 404: No such artifact`,
    })
  })

  test('may be that of one model file', async () => {
    const { connection } = await serve()
    const uri = 'mlflow-artifacts:/1/models/m-1/artifacts/model.onnx'
    const artifacts = openHttpArtifacts(uri, { server: connection })
    expect(await artifacts.list()).toEqual([{ path: 'model.onnx', bytes: undefined }])
    expect(await readContent(await artifacts.open('model.onnx'))).toBe('weights')
  })

  test('resumes', async () => {
    const { connection } = await serve()
    const artifacts = openHttpArtifacts('mlflow-artifacts:/1/models/m-1/artifacts', { server: connection })
    const content = await artifacts.open('model.onnx', { resume: { offset: 3, validator: '"weights"' } })
    expect(content.offset).toBe(3)
    expect(await readContent(content)).toBe('ghts')
  })

  test('needs an MLflow server', () => {
    expect(() => openHttpArtifacts('mlflow-artifacts:/1', { server: undefined })).toThrow(
      /set MLFLOW_TRACKING_URI/,
    )
  })

  test.for([
    'mlflow-artifacts:/../1',
    'mlflow-artifacts:/1/./2',
    'mlflow-artifacts:/1?a=2',
    'mlflow-artifacts:/1#a',
  ])('%s is refused', async (uri) => {
    const { connection } = await serve()
    expect(() => openHttpArtifacts(uri, { server: connection })).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }),
    )
  })
})

describe('mlflow-artifacts://host', () => {
  test('is another server, which gets no credentials', async () => {
    const other = await serve()
    const { server, connection } = await serve({})
    const uri = `mlflow-artifacts://127.0.0.1:${other.server.port}/1/models/m-1/artifacts`
    expect(await openHttpArtifacts(uri, { server: connection }).list()).toHaveLength(4)
    expect(other.server.requests[0]?.headers).not.toHaveProperty('authorization')
    expect(server.requests).toEqual([])
  })

  test('is the same server, with its credentials, where host and port are', async () => {
    const { server, connection } = await serve()
    const uri = `mlflow-artifacts://127.0.0.1:${server.port}/1/models/m-1/artifacts`
    await openHttpArtifacts(uri, { server: connection }).list()
    expect(server.requests[0]?.headers.authorization).toBe('Bearer abc')
  })

  test('has a host where it has a port', async () => {
    const { connection } = await serve()
    expect(() => openHttpArtifacts('mlflow-artifacts://5000/1', { server: connection })).toThrow(
      /a port and no host/,
    )
  })
})

describe('http(s):// with the path of the artifact service', () => {
  test('is listed by that service', async () => {
    const { server, connection } = await serve()
    const uri = `${server.url}${SERVICE}/1/models/m-1/artifacts/sub%20dir/`
    for (const places of [{ server: connection }, { server: undefined }]) {
      const artifacts = openHttpArtifacts(uri, places)
      expect(await artifacts.list()).toEqual([
        { path: 'é #1?.txt', bytes: 3 },
        { path: 'deeper/100%.txt', bytes: 4 },
      ])
      expect(await readContent(await artifacts.open('deeper/100%.txt'))).toBe('deep')
    }
    const authorizations = server.requests.map(({ headers }) => headers.authorization)
    expect(authorizations).toEqual([...Array(3).fill('Bearer abc'), ...Array(3).fill(undefined)])
  })
})

describe('a hostile listing', () => {
  async function listing(files: unknown) {
    const server = await startWebServer((_, response) => sendJson(response, { files }))
    const connection = new Connection({ url: server.url })
    return { server, artifacts: openHttpArtifacts('mlflow-artifacts:/1', { server: connection }) }
  }

  test.for(['..', '.', '', 'a/../../b', '/etc'])('does not name the folder or file %j', async (path) => {
    const { server, artifacts } = await listing([{ path, is_dir: true }])
    expect(await caught(artifacts.list())).toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining(artifacts.uri) as string,
    })
    expect(server.requests).toHaveLength(1)
  })

  test('does not go down for ever', async () => {
    const { server, artifacts } = await listing([{ path: 'a', is_dir: true }])
    expect(await caught(artifacts.list())).toMatchObject({ code: 'RESOURCE_EXHAUSTED' })
    expect(server.requests).toHaveLength(33)
  })

  test('does not go on for ever', async () => {
    const { artifacts } = await listing(Array.from({ length: 10_001 }, (_, index) => ({ path: `f${index}` })))
    expect(await caught(artifacts.list())).toMatchObject({ code: 'RESOURCE_EXHAUSTED' })
  })

  test('may have sizes that are none', async () => {
    const sizes = ['12', -1, 1.5, 'x', null, {}]
    const { artifacts } = await listing(sizes.map((file_size, index) => ({ path: `f${index}`, file_size })))
    const bytes = (await artifacts.list()).map((file) => file.bytes)
    expect(bytes).toEqual([12, ...Array(5).fill(undefined)])
  })

  test('does not open what leads elsewhere', async () => {
    const { server, artifacts } = await listing([])
    for (const path of ['../x', '', 'a//b', '\ud800']) {
      expect(await caught(artifacts.open(path))).toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    }
    expect(server.requests).toEqual([])
  })
})
