import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const BESIDE = fileURLToPath(new URL('../.peers', import.meta.url))

/** The folder of all that is installed or built for the benchmarks: HEADRACE_BENCH_HOME, or `.peers` beside them. */
export function benchHome(): string {
  return resolve(process.env['HEADRACE_BENCH_HOME'] ?? BESIDE)
}
