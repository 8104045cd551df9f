import { Counter, Gauge, type Registry } from 'prom-client'
import { MODEL_EVENTS, type ModelHistory } from '../../core/model-history.ts'
import type { ModelControl } from '../model-control.ts'

/** What became of the models. Every process of a server knows the same of it, so that the largest number is the whole. */
export function changeFigures(control: ModelControl, registry: Registry): void {
  const common = { registers: [registry], aggregator: 'max' as const }
  new Counter({
    ...common,
    name: 'headrace_model_changes_total',
    help: 'What became of a served name: loaded, swapped (the registry meant another version), restored (it meant the one before again), rolled-back, unloaded; refused and failed: a version that is wanted and not served; withdrawn: it is wanted no more.',
    labelNames: ['model', 'change'],
    collect() {
      this.reset()
      for (const { name, counts } of histories(control)) {
        for (const change of MODEL_EVENTS) this.inc({ model: name, change }, counts[change] ?? 0)
      }
    },
  })
  new Gauge({
    ...common,
    name: 'headrace_model_version_refused',
    help: 'Always 1; for each version that the registry names and that is not served, because it cannot be (refused) or could not be had (failed).',
    labelNames: ['model', 'version', 'change'],
    collect() {
      this.reset()
      for (const { name, events } of histories(control)) {
        const last = events.at(-1)
        if (last?.kind === 'refused' || last?.kind === 'failed') {
          this.set({ model: name, version: last.version, change: last.kind }, 1)
        }
      }
    },
  })
}

function histories(control: ModelControl): readonly ModelHistory[] {
  const names = new Set(control.index().map(({ name }) => name))
  return [...names].flatMap((name) => control.history(name) ?? [])
}
