import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'

/** Readable on light and dark pages: a white ground and dark text of its own. */
const CONFIG: NonNullable<TopLevelSpec['config']> = {
  background: 'white',
  font: 'Helvetica, Arial, sans-serif',
  axis: {
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelColor: '#1f2328',
    titleColor: '#1f2328',
  },
  axisX: { gridColor: '#e4e7eb', labelFlush: false },
  axisY: { gridColor: '#e4e7eb', labelLimit: 300 },
  legend: { labelFontSize: 12, titleFontSize: 12, labelLimit: 300, labelColor: '#1f2328' },
  title: { fontSize: 14, anchor: 'start', fontWeight: 'bold', color: '#1f2328', offset: 12 },
  view: { stroke: null },
}

/** @returns an SVG picture, the same for the same specification. */
export async function draw(specification: TopLevelSpec): Promise<string> {
  const { spec } = compile({ ...specification, padding: 16, config: CONFIG })
  const view = new View(parse(spec), { renderer: 'none' })
  try {
    return `${await view.toSVG()}\n`
  } finally {
    view.finalize()
  }
}
