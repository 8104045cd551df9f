import { invalidParameter } from '../core/errors.ts'
import { bytesText, millisecondsText, numberText, percentText } from '../page/number-texts.ts'
import { Latencies } from './latencies.ts'
import type { Measurement } from './measurement.ts'

/** What a measurement has to keep: `p99<20ms`. */
export interface Assertion {
  /** As it was written. */
  readonly text: string
  readonly figure: Figure
  readonly comparison: Comparison
  /** In the unit of the figure: milliseconds, a share, requests a second, bytes, cores, a count. */
  readonly bound: number
}

/** Whether an assertion held. */
export interface AssertionOutcome {
  readonly text: string
  readonly passed: boolean
  /** For a person: `p99 is 23.4 ms`, or why there is nothing to compare. */
  readonly measured: string
}

export type Comparison = '<' | '<=' | '>' | '>='

type Unit = 'milliseconds' | 'share' | 'count' | 'rate' | 'bytes' | 'cores'

interface Figure {
  readonly name: string
  readonly unit: Unit
  /** Undefined where it was not measured. */
  readonly read: (measured: Measured) => number | undefined
}

interface Measured {
  readonly measurement: Measurement
  readonly latencies: Latencies
  readonly rate: number
}

/** What has one value whatever unit is written behind it. */
const FIGURES: readonly Figure[] = [
  latency('mean', ({ measurement }) => measurement.latencyMs.mean),
  latency('max', ({ measurement }) => measurement.latencyMs.max),
  { name: 'rate', unit: 'rate', read: ({ rate }) => rate },
  { name: 'requests', unit: 'count', read: ({ measurement }) => measurement.offered },
  { name: 'busy', unit: 'share', read: ({ measurement }) => measurement.generator.busyShare },
  { name: 'lag', unit: 'milliseconds', read: ({ measurement }) => measurement.generator.lagMs.p99 },
  { name: 'memory', unit: 'bytes', read: ({ measurement }) => measurement.server?.memory },
  { name: 'cpu', unit: 'cores', read: ({ measurement }) => measurement.server?.cpu },
  {
    name: 'cpu-per-request',
    unit: 'milliseconds',
    read: ({ measurement }) => measurement.server?.cpuMsPerRequest,
  },
]

/** Failures are counted, or with `%` behind the number a share of the requests. */
const ERRORS = {
  count: { name: 'errors', unit: 'count', read: ({ measurement }) => failuresOf(measurement) },
  share: {
    name: 'errors',
    unit: 'share',
    read: ({ measurement }) =>
      measurement.offered === 0 ? undefined : failuresOf(measurement) / measurement.offered,
  },
} as const satisfies Record<string, Figure>

const PERCENTILE = /^p(\d{1,2}(?:\.\d+)?|100)$/
/** Of `Server-Timing`. */
const STAGE = /^stage\.(.+)$/
const TERM = /^\s*([a-z][\w.-]*)\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-zµμ%]*)\s*$/i

const UNITS: Readonly<Record<Unit, Readonly<Record<string, number>>>> = {
  milliseconds: { us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000 },
  share: { '%': 0.01 },
  count: { '': 1 },
  rate: { '': 1 },
  bytes: { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 },
  cores: { '': 1, '%': 0.01 },
}

const UNIT_WORDS: Readonly<Record<Unit, string>> = {
  milliseconds: 'a time in us, ms, s or m, as in 20ms',
  share: 'a share, as in 0.1%',
  count: 'a count without a unit, or a share, as in 0.1%',
  rate: 'requests a second, without a unit',
  bytes: 'a size in B, kB, MB, GB, KiB, MiB or GiB, as in 300MB',
  cores: 'cores without a unit, or % of one core',
}

const KNOWN =
  'mean, max, p0 to p100 (p99.9), errors, requests, rate, lag, busy, memory, cpu, cpu-per-request, stage.NAME'

/**
 * Reads `p99<20ms,errors<0.1%,rate>=450`: figure, `<`, `<=`, `>` or `>=`, number, unit; several by commas, spaces where
 * one likes them. `lag` is the 99th percentile of how late the generator was, `busy` the share of the time that its
 * busiest thread had work, `stage.queue` the mean of a stage that the server tells of in `Server-Timing`.
 * @throws ServingError INVALID_PARAMETER_VALUE that names the part which is wrong, and its place
 */
export function parseAssertions(text: string): readonly Assertion[] {
  let place = 1
  return text.split(',').map((term) => {
    const assertion = parseTerm(term, `'${term.trim()}' at character ${place} of '${text}'`)
    place += term.length + 1
    return assertion
  })
}

function parseTerm(term: string, where: string): Assertion {
  const [, name = '', comparison, number = '', unit = ''] = TERM.exec(term) ?? []
  if (comparison === undefined)
    throw invalidParameter(
      `The assertion ${where} is not a figure, a comparison and a number, such as p99<20ms`,
    )
  const figure = figureNamed(name.toLowerCase(), unit)
  if (figure === undefined)
    throw invalidParameter(`The assertion ${where} is of nothing that is measured: ${KNOWN}`)
  const factor = factorOf(figure.unit, unit)
  if (factor === undefined)
    throw invalidParameter(`The assertion ${where} has to have ${UNIT_WORDS[figure.unit]}`)
  const bound = rounded(Number(number) * factor)
  return { text: term.trim(), figure, comparison: comparisonOf(comparison), bound }
}

/** 0.7 % is 0.007, and 0.7 * 0.01 is a little less. */
function rounded(product: number): number {
  return Number(product.toPrecision(15))
}

function factorOf(unit: Unit, written: string): number | undefined {
  const factors = UNITS[unit]
  const key = written.toLowerCase()
  return Object.hasOwn(factors, key) ? factors[key] : undefined
}

function figureNamed(name: string, unit: string): Figure | undefined {
  if (name === 'errors') return unit === '%' ? ERRORS.share : ERRORS.count
  const percentile = PERCENTILE.exec(name)?.[1]
  if (percentile !== undefined)
    return latency(name, ({ latencies }) => latencies.percentileMs(Number(percentile)))
  const stage = STAGE.exec(name)?.[1]
  if (stage !== undefined)
    return { name, unit: 'milliseconds', read: ({ measurement }) => stageOf(measurement, stage) }
  return FIGURES.find((figure) => figure.name === name)
}

function latency(name: string, read: (measured: Measured) => number): Figure {
  const readIfAny = (measured: Measured): number | undefined =>
    measured.measurement.answered === 0 ? undefined : read(measured)
  return { name, unit: 'milliseconds', read: readIfAny }
}

/** Mean of a stage of the server's, whose name may be written in any case. */
function stageOf({ stagesMs }: Measurement, stage: string): number | undefined {
  return Object.entries(stagesMs).find(([name]) => name.toLowerCase() === stage)?.[1]
}

/**
 * Compares a measurement with what was asserted of it.
 * @param foundRate of a search for the largest rate: what `rate` means then; else it is the rate of right answers
 */
export async function checkAssertions(
  assertions: readonly Assertion[],
  measurement: Measurement,
  foundRate?: number,
): Promise<readonly AssertionOutcome[]> {
  const latencies = await Latencies.merge([measurement.histogram])
  const rate = foundRate ?? measurement.answered / measurement.seconds
  return assertions.map((assertion) => outcomeOf(assertion, { measurement, latencies, rate }))
}

function outcomeOf({ text, figure, comparison, bound }: Assertion, measured: Measured): AssertionOutcome {
  const value = figure.read(measured)
  if (value === undefined || Number.isNaN(value)) {
    return { text, passed: false, measured: `${figure.name} was not measured: ${whyNot(figure)}` }
  }
  return {
    text,
    passed: HOLDS[comparison](value, bound),
    measured: `${subjectOf(figure)} ${TEXTS[figure.unit](value)}`,
  }
}

const HOLDS: Readonly<Record<Comparison, (value: number, bound: number) => boolean>> = {
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
}

const TEXTS: Readonly<Record<Unit, (value: number) => string>> = {
  milliseconds: millisecondsText,
  share: percentText,
  count: numberText,
  rate: (rate) => `${numberText(rate)} a second`,
  bytes: bytesText,
  cores: (cores) => `${numberText(cores)} cores`,
}

function subjectOf({ name, unit }: Figure): string {
  return unit === 'count' || name === ERRORS.share.name ? `${name} are` : `${name} is`
}

function whyNot({ name }: Figure): string {
  if (STAGE.test(name)) return 'the server tells of no such stage in Server-Timing'
  const isOfServer = name === 'memory' || name.startsWith('cpu')
  return isOfServer
    ? "the server's processes are not known on this machine"
    : 'no request was answered rightly'
}

function comparisonOf(text: string): Comparison {
  if (text === '<' || text === '<=' || text === '>' || text === '>=') return text
  throw invalidParameter(`There is no comparison ${text}`)
}

function failuresOf({ failures }: Measurement): number {
  return Object.values(failures).reduce((sum, count) => sum + count, 0)
}
