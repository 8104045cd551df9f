/**
 * How long until a TF.js model of 14 MB is loaded? MobileNetV2 as a layers model, by a server that has not compiled it yet,
 * by one that finds the compiled copy in its cache, by TF.js's wasm backend, and the same network as a native ONNX file.
 * Packed install, a fresh process each time. Targets: 1.5 s cold, 0.4 s from the cache.
 * With `--quick`, once, to see that it works.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { headrace, LOAD_CPUS, packedInstall } from '../lib/peers.ts'
import { keep, machine, median } from '../lib/report.ts'
import { Server, type ServerPlan } from '../lib/server.ts'
import { exportNatively, makeTfjsModels } from '../lib/tfjs-models.ts'

const QUICK = process.argv.includes('--quick')
const ROUNDS = QUICK ? 1 : 9
const NETWORK = 'mobilenet-v2'

const folder = mkdtempSync(join(tmpdir(), 'headrace-tfjs-load-'))
const model = join(folder, NETWORK)
const kept = join(folder, 'cache')
const emptied = join(folder, 'no-cache')

interface Load {
  /** The model alone, as the server tells it: compiled, proved, opened, warmed, timed. */
  readonly loadMs: number
  /** From exec until the server is ready. */
  readonly readyMs: number
  readonly residentMb: number
}

async function load(plan: ServerPlan): Promise<Load> {
  rmSync(emptied, { recursive: true, force: true })
  const server = new Server(plan)
  try {
    const readyMs = await server.ready()
    const loadMs = Number(/"loadMs":(\d+)/.exec(server.log)?.[1])
    return { loadMs, readyMs, residentMb: server.residentBytes() / 1e6 }
  } finally {
    await server.stop()
  }
}

const rounds = new Map<string, Load[]>()
try {
  makeTfjsModels(folder, [NETWORK])
  exportNatively(folder, [NETWORK])
  const install = packedInstall()
  const side = (name: string, port: number, args: readonly string[]): ServerPlan => {
    const common = ['--log-format', 'json', '--placement', 'inline', '--listeners', '1']
    return { ...headrace(install, [...args, ...common], { port, body: '', cwd: folder }), name }
  }
  const cached = side('from the cache', 25_032, ['-m', model, '--cache-dir', kept])
  const plans: readonly ServerPlan[] = [
    side('cold', 25_031, ['-m', model, '--cache-dir', emptied]),
    cached,
    side('wasm', 25_033, ['-m', model, '--cache-dir', emptied, '--tfjs-engine', 'wasm']),
    side('native ONNX', 25_034, ['-m', `${model}.onnx`, '--cache-dir', emptied]),
  ]
  // Polling must not take the server's cores.
  execFileSync('taskset', ['-a', '-p', '-c', LOAD_CPUS, String(process.pid)], { stdio: 'ignore' })
  await load(cached)
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const plan of round % 2 === 0 ? plans : [...plans].reverse()) {
      rounds.set(plan.name, [...(rounds.get(plan.name) ?? []), await load(plan)])
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

const summary = [...rounds].map(([name, results]) => ({
  name,
  'load ms': Math.round(median(results.map(({ loadMs }) => loadMs))),
  'ready ms': Math.round(median(results.map(({ readyMs }) => readyMs))),
  'resident MB': Math.round(median(results.map(({ residentMb }) => residentMb))),
}))
console.log(machine())
console.table(summary)
if (!QUICK) keep('tfjs-load', { network: NETWORK, summary, rounds: Object.fromEntries(rounds) })
