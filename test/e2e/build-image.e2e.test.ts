import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { buildImage, buildPrograms } from './support/containers/built-image.ts'
import { type Finished, FROM_SOURCES, HeadraceProcess, ROOT, run } from './support/headrace-process.ts'

const folder = temporaryFolder()
const cache = join(folder, 'cache')
const tracking = `sqlite:///${join(folder, 'mlflow.db')}`
const URI = 'models:/iris@champion'
const archive = join(folder, 'iris.tar')
let digest = ''

beforeAll(async () => {
  await buildPrograms()
  const registered = await run({
    args: ['models', 'register', 'models/iris/2', '-n', 'iris', '-a', 'champion', '--tracking-uri', tracking],
  })
  expect(registered).toMatchObject({ code: 0 })
  ;({ digest } = await buildImage([...MODEL, '-o', archive, '--label', 'team=flowers', '--env', 'TZ=UTC']))
})

const MODEL = ['-m', URI, '--tracking-uri', tracking, '--cache-dir', cache]

function build(...args: readonly string[]): Promise<Finished> {
  return run({ args: ['build-image', ...args] })
}

/** A document of an archive, by its path in it. */
function documentOf(path: string): unknown {
  return JSON.parse(execFileSync('tar', ['-xOf', archive, path], { encoding: 'utf8' }))
}

function blobPath(hash: string): string {
  return `blobs/${hash.replace(':', '/')}`
}

interface Manifest {
  readonly config: { readonly digest: string }
  readonly layers: readonly { readonly digest: string; readonly size: number }[]
}

function manifest(): Manifest {
  return documentOf(blobPath(digest)) as Manifest
}

/** Paths of all layers. */
function contents(): readonly string[] {
  return manifest().layers.flatMap((layer) => {
    const bytes = execFileSync('tar', ['-xOf', archive, blobPath(layer.digest)], {
      maxBuffer: 256 * 1024 ** 2,
    })
    return execFileSync('tar', ['-tf-', bytes[0] === 0x1f ? '-z' : '--no-auto-compress'], {
      input: bytes,
      encoding: 'utf8',
    }).split('\n')
  })
}

test('the image says which model it is, and what the user has added', () => {
  expect(documentOf(blobPath(manifest().config.digest))).toMatchObject({
    created: '1970-01-01T00:00:00Z',
    config: {
      User: '1000:1000',
      Cmd: ['serve'],
      Env: expect.arrayContaining(['TZ=UTC', 'MLFLOW_PORT=8080']),
      Labels: {
        'headrace.model.name': 'iris',
        'headrace.model.uri': URI,
        'headrace.model.version': '1',
        'headrace.model.digest': expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        'org.opencontainers.image.version': '1',
        team: 'flowers',
      },
    },
  })
  expect(documentOf('index.json')).toMatchObject({
    manifests: [{ digest, annotations: { 'org.opencontainers.image.ref.name': 'localhost/iris:1' } }],
  })
})

test('the image holds what the model needs, and nothing else', () => {
  const paths = contents()
  expect(paths).toEqual(
    expect.arrayContaining([
      'opt/ml/model/MLmodel',
      'opt/headrace/main.js',
      'usr/local/bin/node',
      'usr/share/headrace/sbom.cdx.json',
    ]),
  )
  expect(
    paths.filter((path) => /tfjs-backend|better_sqlite3|pg-|libonnxruntime.*(darwin|win32|arm64)/.test(path)),
  ).toEqual([])
  const size = manifest().layers.reduce((sum, layer) => sum + layer.size, 0)
  expect(size).toBeLessThan(63_000_000)
})

test('a pipe gets the same bytes, and the digest goes to standard error', async () => {
  const image = join(folder, 'piped.tar')
  const args = ['build-image', ...MODEL, '-o', '-', '--label', 'team=flowers', '--env', 'TZ=UTC']
  const quoted = [...FROM_SOURCES, ...args].map((word) => `'${word}'`).join(' ')
  const told = execFileSync('sh', ['-c', `${quoted} 2>&1 >${image}`], { cwd: ROOT, encoding: 'utf8' })
  expect(told.trim().split('\n').at(-1)).toBe(digest)
  expect(readFileSync(image).equals(readFileSync(archive))).toBe(true)
})

test('a model in a folder makes the same image wherever that folder is', async () => {
  const digests: string[] = []
  for (const place of ['here', 'there']) {
    const model = join(folder, place, 'flowers')
    cpSync(join(ROOT, 'models/iris/2'), model, { recursive: true })
    const out = join(folder, `${place}.tar`)
    const built = await buildImage(['-m', model, '-o', out, '--cache-dir', cache])
    digests.push(built.digest)
    expect(readFileSync(out).includes(join(folder, place))).toBe(false)
  }
  expect(digests[0]).toBe(digests[1])
})

test('a folder gets a layout, with the bill of materials beside', async () => {
  const bill = join(folder, 'bill.json')
  const built = await buildImage([
    ...MODEL,
    '-o',
    `oci:${join(folder, 'images')}`,
    '-n',
    'flowers:2',
    '--sbom',
    bill,
  ])
  const index = JSON.parse(readFileSync(join(folder, 'images/index.json'), 'utf8'))
  expect(index.manifests).toMatchObject([{ digest: built.digest }])
  expect(existsSync(join(folder, 'images', blobPath(built.digest)))).toBe(true)
  expect(JSON.parse(readFileSync(bill, 'utf8'))).toMatchObject({
    bomFormat: 'CycloneDX',
    components: expect.arrayContaining([
      expect.objectContaining({ type: 'machine-learning-model', name: 'iris', version: '1' }),
      expect.objectContaining({ name: 'onnxruntime-node' }),
    ]),
  })
})

test('a model that cannot be served makes no image', async () => {
  const model = join(folder, 'broken')
  cpSync(join(ROOT, 'models/iris/2'), model, { recursive: true })
  truncateSync(join(model, 'model.onnx'), 1000)
  const out = join(folder, 'broken.tar')
  const { code, stderr } = await build('-m', model, '-o', out, '--cache-dir', cache)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^headrace: .*broken.* cannot be served/m)
  expect(existsSync(out)).toBe(false)
})

test('a model whose golden request is answered otherwise makes no image, unless nobody asks', async () => {
  const model = join(folder, 'golden')
  cpSync(join(ROOT, 'models/iris/2'), model, { recursive: true })
  cpSync(join(ROOT, 'models/iris/1/model.onnx'), join(model, 'model.onnx'))
  const out = join(folder, 'golden.tar')
  const { code, stderr } = await build('-m', model, '-o', out, '--cache-dir', cache)
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('golden') })
  expect(existsSync(out)).toBe(false)
  expect(await build('-m', model, '-o', out, '--cache-dir', cache, '--no-trial')).toMatchObject({ code: 0 })
})

test.each([
  [['-o', 'x.tar'], 2, 'No model is named: add --model-uri (-m) URI'],
  [['-m', 'models/iris/2'], 2, 'Say where the image goes'],
  [['-m', 'models/iris/2', '-o', 'x.tar', '-n', 'Iris'], 2, "'Iris' is no reference to an image"],
  [['-m', 'models/iris/2', '-o', 'x.tar', '--sbom', './x.tar'], 2, "both name './x.tar'"],
  [['-m', 'models/iris/2', '-o', 'no/such/folder/x.tar'], 1, "there is no folder 'no/such/folder'"],
  [['-m', 'models/iris/2', '-o', 'x.tar', '--platform', 'linux/arm64'], 1, '--base'],
  [['-m', 'models/iris/2', '-o', 'x.tar', '--tfjs-engine', 'cpu'], 1, '--tfjs-engine cpu is not for images'],
])('%j is refused with %i, in a sentence', async (args, expected, message) => {
  const { code, stderr, stdout } = await build(...args, '--cache-dir', cache)
  expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
  expect(stderr).toContain(message)
  expect(stderr).not.toContain('    at ')
  expect(existsSync(join(ROOT, 'x.tar'))).toBe(false)
})

test('what no build has used for long goes from the cache when an image was made', async () => {
  const blobs = join(cache, 'blobs/sha256')
  mkdirSync(blobs, { recursive: true })
  const [old, fresh] = ['a', 'b'].map((digit) => join(blobs, digit.repeat(64))) as [string, string]
  for (const path of [old, fresh]) writeFileSync(path, 'of a base')
  const month = new Date(Date.now() - 32 * 24 * 3_600_000)
  utimesSync(old, month, month)
  const layers = readdirSync(join(cache, 'layers'))
  await buildImage([...MODEL, '-o', join(folder, 'tidy.tar'), '--no-trial'])
  expect([existsSync(old), existsSync(fresh)]).toEqual([false, true])
  expect(readdirSync(join(cache, 'layers'))).toEqual(layers)
})

test('a build that is ended leaves nothing behind', async () => {
  const place = join(folder, 'ended')
  const layers = join(place, 'cache/layers')
  mkdirSync(place)
  const building = new HeadraceProcess({
    args: [
      'build-image',
      '-m',
      'models/iris/2',
      '-o',
      join(place, 'x.tar'),
      '--cache-dir',
      join(place, 'cache'),
    ],
  })
  const isPacking = (): boolean =>
    existsSync(layers) &&
    readdirSync(layers).some((name) => name.startsWith('.node') && name.endsWith('.draft'))
  await expect.poll(isPacking, { timeout: 30_000, interval: 10 }).toBe(true)
  const { code, stderr } = await building.terminate()
  expect({ code, stderr }).toMatchObject({ code: 143, stderr: expect.stringContaining('Stopped by SIGTERM') })
  expect(readdirSync(place)).toEqual(['cache'])
  expect(readdirSync(layers).filter((name) => name.endsWith('.draft'))).toEqual([])
})
