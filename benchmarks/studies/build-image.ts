/**
 * How long does it take to build the image of a model, how large is it, and how much memory does a large model take? The archive of an ONNX
 * model and of a TF.js model that runs on WebAssembly, with an empty cache and with a full one, from start to exit; and that of a model
 * with 5 GB of weights. Beside them, for the machine: `gzip -6` of Node and the engine alone, in one thread.
 * Targets: 9 s, 1.5 s with cached layers; 63 MB and 47 MB without the model; 200 MB of memory.
 */
import { cpSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measuredRun } from '../lib/measured-run.ts'
import { ROOT } from '../lib/peers.ts'
import { installed, KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine, median } from '../lib/report.ts'

const ROUNDS = QUICK ? 1 : 3
const LARGE_BYTES = 5 * 1024 ** 3

const folder = mkdtempSync(join(tmpdir(), 'headrace-build-image-'))
const install = installed()
const main =
  install === undefined ? join(ROOT, 'src/cli/main.ts') : join(install, 'node_modules/headrace/dist/main.js')
const archive = join(folder, 'image.tar')

interface Build {
  readonly name: string
  readonly model: string
  readonly args?: readonly string[]
  readonly cache: 'empty' | 'full'
  readonly rounds: number
}

const onnx = join(ROOT, 'models/iris/2')
const tfjs = { model: join(ROOT, 'models/digits-layers/1'), args: ['--tfjs-engine', 'wasm'] }
const builds: readonly Build[] = [
  { name: 'ONNX, empty cache', model: onnx, cache: 'empty', rounds: ROUNDS },
  { name: 'ONNX, full cache', model: onnx, cache: 'full', rounds: ROUNDS },
  { name: 'TF.js on wasm, empty cache', ...tfjs, cache: 'empty', rounds: ROUNDS },
  { name: 'TF.js on wasm, full cache', ...tfjs, cache: 'full', rounds: ROUNDS },
  // The process of the trial has its own memory, which is the engine's.
  { name: '5 GB of weights', model: largeModel(), args: ['--no-trial'], cache: 'full', rounds: 1 },
]

interface Round {
  readonly seconds: number
  readonly peakMb: number
  readonly archiveMb: number
}

/** A sparse file: it takes no room, and reads as zeros, which are as long to pack as any weights. */
function largeModel(): string {
  const model = join(folder, 'large')
  cpSync(onnx, model, { recursive: true })
  const weights = join(model, 'weights.bin')
  writeFileSync(weights, '')
  truncateSync(weights, LARGE_BYTES)
  return model
}

async function build({ name, model, args = [], cache }: Build): Promise<Round> {
  const place = join(folder, 'cache')
  if (cache === 'empty') rmSync(place, { recursive: true, force: true })
  const command = [process.execPath, main, 'build-image', '-m', model, '-o', archive, '--cache-dir', place]
  const { seconds, peakBytes } = await measuredRun({ name, command: [...command, '--no-progress', ...args] })
  return { seconds, peakMb: peakBytes / 1e6, archiveMb: statSync(archive).size / 1e6 }
}

async function gzip(): Promise<Round> {
  const binaries = join(ROOT, 'node_modules/onnxruntime-node/bin/napi-v6/linux', process.arch)
  const engine = join(binaries, 'libonnxruntime.so.1')
  const line = `cat '${process.execPath}' '${engine}' | gzip -6 > '${archive}'`
  const { seconds, peakBytes } = await measuredRun({ name: 'gzip -6', command: ['sh', '-c', line] })
  return { seconds, peakMb: peakBytes / 1e6, archiveMb: statSync(archive).size / 1e6 }
}

const rounds = new Map<string, Round[]>()
function note(name: string, round: Round): void {
  rounds.set(name, [...(rounds.get(name) ?? []), round])
}

try {
  for (let at = 0; at < ROUNDS; at++) {
    for (const one of builds) if (at < one.rounds) note(one.name, await build(one))
    note('gzip -6 of Node and onnxruntime', await gzip())
  }
  const summary = [...rounds].map(([name, results]) => ({
    name,
    seconds: Number(median(results.map(({ seconds }) => seconds)).toFixed(2)),
    'archive MB': Number(median(results.map(({ archiveMb }) => archiveMb)).toFixed(1)),
    'peak MB': Math.round(median(results.map(({ peakMb }) => peakMb))),
  }))
  console.log(machine())
  console.table(summary)
  if (KEPT) keep('build-image', { summary, rounds: Object.fromEntries(rounds) })
} finally {
  rmSync(folder, { recursive: true, force: true })
  if (install !== undefined) rmSync(install, { recursive: true, force: true })
}
