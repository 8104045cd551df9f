/**
 * Read with `node --import` before Headrace's sources: leaves out of them what the metrics count (`BENCH_WITHOUT=metrics`)
 * and also what requests are timed for (`BENCH_WITHOUT=timing`), while they are read. A line that is not there any more is
 * an error, so that nothing is compared with itself.
 */
import { registerHooks } from 'node:module'

interface Edit {
  /** End of the file's name. */
  readonly file: string
  readonly pattern: RegExp
}

const METRICS: readonly Edit[] = [
  { file: 'src/server/exchange-registry.ts', pattern: /^ *this\.#metrics\.record\(.*\)$/gm },
]

const TIMING: readonly Edit[] = [
  ...METRICS,
  { file: 'src/server/model-requests.ts', pattern: /^ *timing\.\w+ = .*$/gm },
  { file: 'src/server/model-requests.ts', pattern: /^ *const (receivedAt|inferredAt) = .*$/gm },
  {
    file: 'src/server/model-requests.ts',
    pattern: /^ *exchange\.headers\.push\('server-timing', .*$/gm,
  },
  { file: 'src/runtime/data-plane.ts', pattern: /^ *timing\.queue = Math\.max\(.*\)$/gm },
]

const edits = { metrics: METRICS, timing: TIMING }[process.env['BENCH_WITHOUT'] ?? ''] ?? []

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const own = edits.filter(({ file }) => url.endsWith(file))
    if (own.length === 0) return loaded
    return { ...loaded, source: own.reduce(without, String(loaded.source)) }
  },
})

function without(source: string, { file, pattern }: Edit): string {
  const edited = source.replace(pattern, '')
  if (edited === source) throw new Error(`${file} has no line ${pattern} to leave out`)
  return edited
}
