import type { TopLevelSpec } from 'vega-lite'
import type { ScenarioResult } from '../contest/result.ts'
import { DISTURBED, figure, marked, milliseconds } from './figures-text.ts'
import { busiest, type LoadFigures, type Standing, standings } from './standing.ts'

const WIDTH = 560
const ROW_HEIGHT = 24
const TEXT_COLOR = '#1f2328'

/** From here on the small ones would be invisible on an even axis. */
const LOGARITHMIC_FROM = 20

const COLORS = {
  Headrace: '#d9622b',
  'other servers': '#4878a8',
  'no server, or no model': '#a3acb5',
} as const

interface Bar {
  readonly name: string
  readonly group: keyof typeof COLORS
  readonly low: number
  readonly middle: number
  readonly high: number
  readonly label: string
}

/** Requests a second at the most connections; a bar is the median of the rounds, the line on it all of them. */
export function ratePlot(result: ScenarioResult): TopLevelSpec {
  const bars = loaded(result, () => true).map(({ standing, load }): Bar => {
    const { median, least, most } = load.perSecond
    return {
      ...{ name: standing.name, group: groupOf(standing) },
      ...{ low: least, middle: median, high: most, label: marked(median, load.disturbed) },
    }
  })
  const scale = axisOf(bars, 'bars')
  const title = `requests a second${mostConnections(result)}${scale.type === 'log' ? ' (logarithmic)' : ''}`
  const x = {
    field: 'middle',
    type: 'quantitative',
    title,
    scale,
    axis: { format: '~s', ...ticks(scale) },
  } as const
  return plot(result, bars, [
    {
      mark: { type: 'bar', height: { band: 0.7 } },
      encoding: { x, x2: { datum: scale.domain[0] }, color: colorOf(bars) },
    },
    {
      mark: { type: 'rule', color: TEXT_COLOR },
      encoding: { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } },
    },
    {
      mark: { type: 'text', align: 'left', dx: 6, fontSize: 11, color: TEXT_COLOR },
      encoding: { x: { field: 'high', type: 'quantitative' }, text: { field: 'label' } },
    },
  ])
}

/** Latency at the most connections: from what half of the requests took to what 99 of 100 took at most. */
export function latencyPlot(result: ScenarioResult): TopLevelSpec {
  const bars = loaded(result, ({ kind }) => kind !== 'engine').map(({ standing, load }): Bar => {
    const label = `${milliseconds(load.p50Us)} – ${milliseconds(load.p99Us)}`
    return {
      ...{
        name: standing.name,
        group: groupOf(standing),
        label: load.disturbed ? `${label} ${DISTURBED}` : label,
      },
      ...{ low: load.p50Us / 1000, middle: load.p50Us / 1000, high: load.p99Us / 1000 },
    }
  })
  const scale = axisOf(bars, 'ranges')
  const words = scale.type === 'log' ? ' (logarithmic)' : ''
  const title = `p50 to p99, milliseconds${mostConnections(result)}${words}`
  const x = {
    field: 'low',
    type: 'quantitative',
    title,
    scale,
    axis: { format: ',~r', ...ticks(scale) },
  } as const
  const high = { field: 'high', type: 'quantitative' } as const
  return plot(result, bars, [
    {
      mark: { type: 'rule', strokeWidth: 5, opacity: 0.45 },
      encoding: { x, x2: high, color: colorOf(bars) },
    },
    { mark: { type: 'point', filled: true, size: 70, opacity: 1 }, encoding: { x, color: colorOf(bars) } },
    {
      mark: { type: 'tick', thickness: 3, height: 14, opacity: 1 },
      encoding: { x: high, color: colorOf(bars) },
    },
    {
      mark: { type: 'text', align: 'left', dx: 8, fontSize: 11, color: TEXT_COLOR },
      encoding: { x: high, text: { field: 'label' } },
    },
  ])
}

type Layers = Extract<TopLevelSpec, { layer: unknown }>['layer']

function plot(result: ScenarioResult, bars: readonly Bar[], layer: Layers): TopLevelSpec {
  return {
    title: result.scenario,
    width: WIDTH,
    height: { step: ROW_HEIGHT },
    data: { values: bars.map((bar) => ({ ...bar })) },
    encoding: {
      y: {
        field: 'name',
        type: 'nominal',
        sort: null,
        title: null,
        axis: { ticks: false, domain: false, labelPadding: 6 },
      },
    },
    layer,
  }
}

function loaded(
  result: ScenarioResult,
  wanted: (standing: Standing) => boolean,
): readonly { standing: Standing; load: LoadFigures }[] {
  return standings(result).flatMap((standing) => {
    const load = busiest(standing)
    return load !== undefined && load.perSecond.median > 0 && wanted(standing) ? [{ standing, load }] : []
  })
}

function groupOf({ peer, kind }: Standing): keyof typeof COLORS {
  if (kind !== 'server') return 'no server, or no model'
  return peer === 'headrace' ? 'Headrace' : 'other servers'
}

function colorOf(bars: readonly Bar[]) {
  const groups = (Object.keys(COLORS) as (keyof typeof COLORS)[]).filter((name) =>
    bars.some(({ group }) => group === name),
  )
  const scale = { domain: groups, range: groups.map((group) => COLORS[group]) }
  return { field: 'group', type: 'nominal', title: null, scale, legend: { orient: 'top' } } as const
}

interface Axis {
  readonly type: 'linear' | 'log'
  readonly domain: [number, number]
  readonly nice: false
}

/** With room for labels. Of bars an even axis starts at 0 and a logarithmic one at a power of ten. */
function axisOf(bars: readonly Bar[], mark: 'bars' | 'ranges'): Axis {
  const least = Math.min(...bars.map(({ low }) => low))
  const most = Math.max(...bars.map(({ high }) => high))
  if (most / least <= LOGARITHMIC_FROM) return { type: 'linear', domain: [0, most * 1.2], nice: false }
  const first = mark === 'bars' ? 10 ** Math.floor(Math.log10(least * 0.7)) : least * 0.7
  return { type: 'log', domain: [first, most * (most / first) ** 0.2], nice: false }
}

/** A logarithmic axis is marked at powers of ten, and between them where these are few. */
function ticks({ type, domain: [first, last] }: Axis): { values?: number[] } {
  if (type === 'linear') return {}
  const decades = Math.log10(last / first)
  const within = decades > 3 ? [1] : [1, 2, 5]
  const powers = Array.from(
    { length: Math.ceil(decades) + 1 },
    (_, index) => Math.floor(Math.log10(first)) + index,
  )
  const all = powers.flatMap((power) => within.map((digit) => Number(`${digit}e${power}`)))
  return { values: all.filter((value) => value >= first && value <= last) }
}

function mostConnections({ settings }: ScenarioResult): string {
  const most = settings.closedLoop.at(-1)?.connections
  return most === undefined ? '' : ` at ${figure(most)} connections`
}
