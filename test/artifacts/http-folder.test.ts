import { describe, expect, test } from 'vitest'
import { openHttpArtifacts } from '../../src/artifacts/http-artifacts.ts'
import { linksBeneath } from '../../src/artifacts/http-index.ts'
import { Connection } from '../../src/client/connection.ts'
import { isUnreachable } from '../../src/core/errors.ts'
import { caught } from '../client/support/caught.ts'
import { type Handler, sendPage, startWebServer } from '../client/support/web-server.ts'
import { computedMs } from '../fixtures/computing-time.ts'
import { namesIn, sendFile, type Tree } from './support/file-server.ts'
import { readContent } from './support/read-content.ts'

const MLMODEL = `
flavors:
  onnx: {data: model.onnx, code: null}
  python_function: {data: model.onnx, loader_module: mlflow.onnx, env: {conda: conda.yaml}}
saved_input_example_info: {artifact_path: input_example.json, serving_input_path: examples/serving.json}
`

const MODEL: Tree = {
  MLmodel: MLMODEL,
  'model.onnx': 'weights',
  'examples/serving.json': '{}',
  'golden.jsonl': 'golden',
  'notes & more/100% é.txt': 'notes',
}

interface Habits {
  /** Page for a folder; undefined: 404. */
  readonly index?: (names: readonly string[], folder: string) => string
  readonly headStatus?: number
}

/** A web server with the tree at `/models/iris`. */
function webFolder(tree: Tree, { index, headStatus }: Habits): Handler {
  return (request, response) => {
    const path = decodeURIComponent(request.path).replace(/^\/models\/iris\/?/, '')
    const names = request.path.endsWith('/') ? namesIn(tree, path.replace(/\/$/, '')) : undefined
    if (names !== undefined && index !== undefined) return sendPage(response, 200, index(names, path))
    const content = tree[path]
    if (content === undefined) return sendPage(response, 404, '<html>Not found</html>')
    if (request.method === 'HEAD' && headStatus !== undefined)
      return void response.writeHead(headStatus).end()
    sendFile(request, response, Buffer.from(content))
  }
}

async function serve(habits: Habits, tree = MODEL) {
  const server = await startWebServer(webFolder(tree, habits))
  const uri = `${server.url}/models/iris`
  const connection = new Connection({ url: server.url, maxRetries: 0 })
  return { server, uri, artifacts: openHttpArtifacts(uri, { server: connection }) }
}

function pythonIndex(names: readonly string[]): string {
  const items = names.map((name) => `<li><a href="${encodeURI(name)}">${name}</a></li>`)
  return `<!DOCTYPE HTML>\n<title>Directory listing for /</title>\n<ul>\n${items.join('\n')}\n</ul>`
}

function nginxIndex(names: readonly string[]): string {
  const items = names.map((name) => `<a href="${encodeURI(name)}">${name}</a>   21-Nov-2026 15:00   11`)
  return `<html>\r\n<head><title>Index of /</title></head>\r\n<pre><a href="../">../</a>\r\n${items.join('\r\n')}</pre>`
}

function apacheIndex(names: readonly string[], folder: string): string {
  const items = names.map((name) => {
    const href = `/models/iris/${encodeURI(folder)}${encodeURI(name)}`.replaceAll('&', '&amp;')
    return `<tr><td><img src="/icons/text.gif"></td><td><a class=f href="${href}">${name}</a></td></tr>`
  })
  const sorts = '<th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th>'
  const parent = '<a href="/models/">Parent Directory</a>'
  return `<html><title>Index of /models</title><table><tr>${sorts}</tr>${parent}${items.join('')}</table></html>`
}

describe('a folder with index pages', () => {
  test.for<[string, NonNullable<Habits['index']>]>([
    ["Python's http.server", pythonIndex],
    ['nginx', nginxIndex],
    ['Apache', apacheIndex],
  ])('of %s is walked', async ([, index]) => {
    const { artifacts, uri } = await serve({ index })
    expect(artifacts.uri).toBe(uri)
    const files = await artifacts.list()
    expect(files.map(({ path }) => path).sort()).toEqual(Object.keys(MODEL).sort())
    expect(await readContent(await artifacts.open('notes & more/100% é.txt'))).toBe('notes')
  })

  test('that have nothing to do with a model do without its files', async () => {
    const { artifacts } = await serve({ index: () => '<html><a href="guide.html">Guide</a></html>' })
    expect((await artifacts.list()).map(({ path }) => path)).toContain('MLmodel')
  })

  test('may be another kind of folder', async () => {
    const { artifacts } = await serve({ index: pythonIndex }, { 'a.txt': 'a' })
    expect(await artifacts.list()).toEqual([{ path: 'a.txt', bytes: undefined }])
  })

  test('that are without end are an error', async () => {
    const server = await startWebServer((_, response) =>
      sendPage(response, 200, '<a href="deeper/">deeper</a>'),
    )
    const artifacts = openHttpArtifacts(server.url, { server: undefined })
    expect(await caught(artifacts.list())).toMatchObject({ code: 'RESOURCE_EXHAUSTED' })
  })
})

describe('a folder without an index', () => {
  test('has the files that its MLmodel file names and that are there', async () => {
    const { artifacts } = await serve({})
    expect(await artifacts.list()).toEqual([
      { path: 'MLmodel', bytes: MLMODEL.length },
      { path: 'model.onnx', bytes: 7 },
      { path: 'examples/serving.json', bytes: 2 },
      { path: 'golden.jsonl', bytes: 6 },
    ])
  })

  const MODEL_JSON =
    '{"weightsManifest": [{"paths": ["a.bin", "a.bin", "../b.bin", 1]}, {"paths": ["c.bin"]}, 7]}'

  test('has the shards that a model.json names', async () => {
    const mlmodel = 'flavors: {tfjs: {data: web/model.json}}'
    const weights = { 'web/model.json': MODEL_JSON, 'web/a.bin': 'a', 'web/c.bin': 'cc', 'b.bin': 'b' }
    const { artifacts } = await serve({}, { MLmodel: mlmodel, ...weights, 'golden.jsonl': 'golden' })
    expect(await artifacts.list()).toEqual([
      { path: 'MLmodel', bytes: mlmodel.length },
      { path: 'golden.jsonl', bytes: 6 },
      { path: 'web/model.json', bytes: MODEL_JSON.length },
      { path: 'web/a.bin', bytes: 1 },
      { path: 'web/c.bin', bytes: 2 },
    ])
  })

  test('has those of a bare TF.js model', async () => {
    const { artifacts } = await serve({}, { 'model.json': MODEL_JSON, 'a.bin': 'a', 'c.bin': 'cc' })
    expect((await artifacts.list()).map(({ path }) => path)).toEqual(['model.json', 'a.bin', 'c.bin'])
    for (const text of ['{', '[]', '{"weightsManifest": 1}']) {
      const broken = await serve({}, { 'model.json': text })
      expect(await broken.artifacts.list()).toEqual([{ path: 'model.json', bytes: text.length }])
    }
  })

  test('is empty where there is no MLmodel file either', async () => {
    const { artifacts } = await serve({}, {})
    expect(await artifacts.list()).toEqual([])
  })

  test('is not taken for empty where the server is out of reach', async () => {
    const server = await startWebServer((_, response) => void response.writeHead(503).end())
    const artifacts = openHttpArtifacts(server.url, { server: undefined, settings: { maxRetries: 0 } })
    expect(isUnreachable(await caught(artifacts.list()))).toBe(true)
  })

  test.for(['just text', '[1]', '{'])('with the MLmodel file %j is an error', async (text) => {
    const { artifacts } = await serve({}, { MLmodel: text })
    expect(await caught(artifacts.list())).toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
  })

  test('is not left by what its MLmodel file names', async () => {
    const mlmodel = 'flavors: {onnx: {data: ../../secret}, other: {data: /etc/passwd}, more: {data: [1]}}'
    const { server, artifacts } = await serve({}, { MLmodel: mlmodel })
    expect(await artifacts.list()).toEqual([{ path: 'MLmodel', bytes: mlmodel.length }])
    expect(server.requests.map(({ path }) => path).join(' ')).not.toMatch(/secret|passwd/)
  })
})

describe('the URL of a model file', () => {
  test('is one file, not asked for before it is opened', async () => {
    const server = await startWebServer(webFolder(MODEL, {}))
    const artifacts = openHttpArtifacts(`${server.url}/models/iris/model.onnx`, { server: undefined })
    expect(await artifacts.list()).toEqual([{ path: 'model.onnx', bytes: undefined }])
    expect(server.requests).toEqual([])
    expect(await readContent(await artifacts.open('model.onnx'))).toBe('weights')
  })
})

test('a folder gets the login of its own URL, and never that of the MLflow server', async () => {
  const server = await startWebServer(webFolder(MODEL, { index: pythonIndex }))
  const mlflow = new Connection({ url: 'http://127.0.0.1:1', token: 'abc' })
  const own = server.url.replace('//', '//ann:pass@')
  for (const url of [server.url, own])
    await openHttpArtifacts(`${url}/models/iris`, { server: mlflow }).list()
  const sent = new Set(server.requests.map(({ headers }) => headers.authorization))
  expect([...sent]).toEqual([undefined, `Basic ${Buffer.from('ann:pass').toString('base64')}`])
})

test.for([
  'http://host/%zz.onnx',
  'http://host/model?a=1',
  'http://host/model#a',
  'ftp://host/model',
  'http://',
  '/model',
])('%s is refused', (uri) => {
  expect(() => openHttpArtifacts(uri, { server: undefined })).toThrow(
    expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }),
  )
})

describe('links of a page', () => {
  const url = 'http://host/a/'
  const names = (page: string) =>
    linksBeneath(page, url).map(({ name, isFolder }) => (isFolder ? `${name}/` : name))

  test.for([
    ['<a href="x">', ['x']],
    ["<A HREF='x/'>", ['x/']],
    ['<a href=x>', ['x']],
    ['<a class="b"\n href="./x">', ['x']],
    ['<a href="/a/x"><a href="http://host/a/y">', ['x', 'y']],
    ['<a href="x"><a href="x">', ['x']],
    ['<a href="a&amp;b&#39;&#x2d;&quot;.txt">', [`a&b'-".txt`]],
    ['<a href="../"><a href=""><a href="/"><a href="./"><a href="#top"><a href="?C=N"><a href="x?y">', []],
    ['<a href="x/y"><a href="http://other/a/x"><a href="https://host/a/x"><a href="mailto:a@b">', []],
    ['<a href="%zz"><a href="//[">', []],
    ['<abbr href="x"><link href="y"><a data-href="z">', []],
  ] as const)('%s', ([page, expected]) => {
    expect(names(page)).toEqual(expected)
  })

  test('are found in a time that grows with the page alone', () => {
    const start = computedMs()
    for (const part of [
      '<a ',
      '<a href',
      '<a href="',
      '<a href=\'"',
      '<a \n',
      '<a href =',
      '&#',
      '<a href=x',
    ]) {
      names(part.repeat(20_000))
      names(`<a ${part.slice(3).repeat(20_000)}`)
    }
    expect(computedMs() - start).toBeLessThan(5_000)
  })

  test('may hold a slash in disguise, which the walk refuses', () => {
    expect(names('<a href="a%2fb">')).toEqual(['a/b'])
  })
})
