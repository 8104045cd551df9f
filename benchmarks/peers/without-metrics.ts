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

const REQUEST = 'src/server/scored-request.ts'

const METRICS: readonly Edit[] = [
  { file: 'src/server/exchange-registry.ts', pattern: /^ *this\.#metrics\.record\(.*\)$/gm },
]

const TIMING: readonly Edit[] = [
  ...METRICS,
  { file: REQUEST, pattern: /^ *(exchange\.timing!|timing)\.\w+ = .*$/gm },
  { file: REQUEST, pattern: /^ *const inferredAt = .*$/gm },
  { file: REQUEST, pattern: /^ *exchange\.headers\.push\('server-timing', .*$/gm },
  { file: 'src/runtime/inference.ts', pattern: /^ *timing\.queue = Math\.max\(.*\)$/gm },
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
