/** As V8 writes it: the `Profile` of the Chrome DevTools protocol. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  /** Id of the node on top of the stack at each sample. */
  readonly samples: readonly number[]
  /** Microseconds between a sample and the one before. */
  readonly timeDeltas: readonly number[]
}

const FUNCTIONS = 25
const IDLE: ReadonlySet<string> = new Set(['(idle)', '(program)'])

/** One thread's time, by package and by function, as Markdown. Idle time is left out. */
export function profileSummary(name: string, profile: CpuProfile): string {
  const self = selfTimes(profile)
  const busy = profile.nodes.filter((node) => !IDLE.has(node.callFrame.functionName))
  const total = busy.reduce((sum, { id }) => sum + (self.get(id) ?? 0), 0)
  const byPackage = new Map<string, number>()
  const byFunction = new Map<string, number>()
  for (const { id, callFrame } of busy) {
    const time = self.get(id) ?? 0
    add(byPackage, packageOf(callFrame.url, callFrame.functionName), time)
    add(byFunction, `${callFrame.functionName || '(anonymous)'} ${placeOf(callFrame)}`.trim(), time)
  }
  return [
    `## ${name}`,
    '',
    `${(total / 1e6).toFixed(2)} s busy`,
    '',
    ...table('package', byPackage, total),
    '',
    ...table('function', byFunction, total),
    '',
  ].join('\n')
}

function selfTimes({ samples, timeDeltas }: CpuProfile): ReadonlyMap<number, number> {
  const times = new Map<number, number>()
  for (const [index, id] of samples.entries()) times.set(id, (times.get(id) ?? 0) + (timeDeltas[index] ?? 0))
  return times
}

/** `fastify`, `node:http`, `headrace server/metrics`, `(garbage collector)`. */
function packageOf(url: string, functionName: string): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'native'
  if (url.startsWith('node:')) return url.replace(/^node:internal\/(\w+).*/, 'node:internal/$1')
  const dependency = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]
  if (dependency !== undefined && dependency !== 'headrace') return dependency
  const room = /\/(?:src|dist)\/(.*)\/[^/]+$/.exec(url)?.[1]
  return `headrace ${room ?? ''}`.trim()
}

function placeOf({ url, lineNumber }: { readonly url: string; readonly lineNumber: number }): string {
  const file = /(?:src|dist|node_modules)\/(.*)$/.exec(url)?.[1] ?? url
  return file === '' ? '' : `${file}:${lineNumber + 1}`
}

function add(times: Map<string, number>, key: string, time: number): void {
  times.set(key, (times.get(key) ?? 0) + time)
}

function table(kind: string, times: ReadonlyMap<string, number>, total: number): readonly string[] {
  const largest = [...times].sort(([, one], [, other]) => other - one).slice(0, FUNCTIONS)
  return [
    `| self time | ${kind} |`,
    '|---:|---|',
    ...largest.map(([key, time]) => `| ${((100 * time) / total).toFixed(1)} % | \`${key}\` |`),
  ]
}
