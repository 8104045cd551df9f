import type { Figures } from './track-messages.ts'

/** A model that is served, as the figures tell of it. */
export interface ModelFacts {
  /** Served name. */
  readonly name: string
  readonly version: string
  readonly uri: string
  readonly engine: string
  readonly placement: string
}

export function modelFacts(figures: Figures): readonly ModelFacts[] {
  const found = new Map<string, ModelFacts>()
  for (const { name: metric, values } of figures.flat()) {
    if (metric !== 'headrace_model_info') continue
    for (const { labels } of values) {
      const text = (label: string): string => String(labels[label] ?? '')
      const [name, version] = [text('model'), text('version')]
      const facts = { name, version, uri: text('uri'), engine: text('engine'), placement: text('placement') }
      found.set(`${name} ${version}`, facts)
    }
  }
  return [...found.values()]
}
