import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { pythonPath } from './python.ts'

/** What the figures were measured on; without it they mean nothing. */
export function machine(): string {
  const kernel = readFileSync('/proc/version', 'utf8').split(' ')[2]
  const memory = Math.round(totalmem() / 1024 ** 3)
  return `${cpus().length} cores of ${cpus()[0]?.model.trim()}, ${memory} GiB, Linux ${kernel}, Node ${process.version}`
}

interface Manifest {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Manifest
}

export function headraceVersion(): string {
  return readManifest().version
}

function versions(): Readonly<Record<string, string>> {
  const manifest = readManifest()
  return {
    node: process.versions.node,
    headrace: manifest.version,
    fastify: manifest.dependencies['fastify'] ?? '',
    'onnxruntime-node': manifest.dependencies['onnxruntime-node'] ?? '',
    ...pythonVersions(),
  }
}

/** Of a study with a peer in Python: the others need none. */
function pythonVersions(): Readonly<Record<string, string>> {
  if (process.env['HEADRACE_TEST_PYTHON'] === undefined) return {}
  const program = ['-c', 'import mlflow, onnxruntime; print(mlflow.__version__, onnxruntime.__version__)']
  const printed = execFileSync(pythonPath(), program, { encoding: 'utf8' })
  const [mlflow = '', onnxruntime = ''] = printed.split(/\s+/)
  return { mlflow, 'onnxruntime (Python)': onnxruntime }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** Keeps the raw rounds of a study in `benchmarks/results/studies/<study>.json`. */
export function keep(study: string, result: object): void {
  const folder = fileURLToPath(new URL('../results/studies/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  const record = {
    study,
    date: new Date().toISOString(),
    machine: machine(),
    versions: versions(),
    ...result,
  }
  writeFileSync(`${folder}${study}.json`, `${JSON.stringify(record, null, 2)}\n`)
}
