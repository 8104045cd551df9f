import { Counter, Gauge, type Registry } from 'prom-client'
import { COMPARED } from '../../rollout/comparison/compared-outputs.ts'
import { SLOTS } from '../../rollout/split/assignment.ts'
import type { LiveRollout } from '../rollouts/live-rollout.ts'
import { ANSWER_RESULTS, type RolloutCounts } from '../rollouts/rollout-counts.ts'
import { LATENCY_BOUNDS } from './buckets.ts'
import { RecordedHistogram, type Series } from './recorded-histogram.ts'

/** The rollouts of a server, and what it has answered of each. */
export interface RolloutSources {
  readonly watches: readonly { readonly rollout: LiveRollout; readonly counts: RolloutCounts }[]
}

type Labels = Readonly<Record<string, string>>

/** Of rollouts. All labels come from their plans. */
export function rolloutFigures(sources: RolloutSources, registry: Registry): void {
  answerFigures(sources, registry)
  mirrorFigures(sources, registry)
  stateFigures(sources, registry)
}

function answerFigures({ watches }: RolloutSources, registry: Registry): void {
  const registers = [registry]
  new Counter({
    name: 'headrace_rollout_requests_total',
    help: 'Requests that a variant was chosen for, by what they say of it: ok, error, fault (NaN, infinities, another shape), client-fault, forced.',
    labelNames: ['rollout', 'variant', 'result'],
    registers,
    collect() {
      this.reset()
      for (const { rollout, counts } of watches) {
        for (const [variant, results] of counts.answers.entries()) {
          const labels = labelsOf(rollout, variant)
          for (const result of ANSWER_RESULTS) this.inc({ ...labels, result }, results[result])
        }
      }
    },
  })
  new RecordedHistogram({
    name: 'headrace_rollout_request_seconds',
    help: 'Time from the whole request to its answer, by variant.',
    labelNames: ['rollout', 'variant'],
    buckets: LATENCY_BOUNDS,
    registers,
    read: () =>
      watches.flatMap(({ rollout, counts }): Series[] =>
        counts.latency.map((buckets, variant) => ({ labels: labelsOf(rollout, variant), buckets })),
      ),
  })
}

function mirrorFigures({ watches }: RolloutSources, registry: Registry): void {
  new Counter({
    name: 'headrace_rollout_mirrored_total',
    help: 'Copies of requests by the model that is compared with the control, and what came of it: agrees, differs, fails, dropped (the server was busy), too-large.',
    labelNames: ['rollout', 'shadow', 'result'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { rollout, counts } of watches) {
        for (const [shadow, results] of counts.mirrored) {
          const labels = { rollout: rollout.plan.name, shadow }
          for (const result of COMPARED) this.inc({ ...labels, result }, results[result])
        }
      }
    },
  })
}

function stateFigures({ watches }: RolloutSources, registry: Registry): void {
  const gauge = (
    name: string,
    help: string,
    labels: string[],
    read: (rollout: LiveRollout) => [Labels, number][],
  ) =>
    new Gauge({
      ...{ name, help, labelNames: ['rollout', ...labels], registers: [registry] },
      collect() {
        this.reset()
        for (const { rollout } of watches) {
          for (const [given, value] of read(rollout))
            this.set({ rollout: rollout.plan.name, ...given }, value)
        }
      },
    })
  gauge(
    'headrace_rollout_share',
    'Part of the sticky keys that a variant has, from 0 to 1.',
    ['variant'],
    (rollout) =>
      rollout.plan.variants.map(({ name }, index) => {
        return [{ variant: name }, (rollout.assignment?.permille[index] ?? 0) / SLOTS]
      }),
  )
  gauge('headrace_rollout_epoch', 'Changes of the rollout so far.', [], (rollout) => [
    [{}, rollout.assignment?.epoch ?? 0],
  ])
  gauge(
    'headrace_rollout_step',
    'Step of the rollout, from 0: each change of the split is one.',
    [],
    (rollout) => [[{}, rollout.assignment?.step ?? 0]],
  )
  gauge(
    'headrace_rollout_info',
    'Always 1; the phase is running, promoted, aborted or rolled-back.',
    ['id', 'phase'],
    ({ assignment }) =>
      assignment === undefined ? [] : [[{ id: assignment.id, phase: assignment.phase }, 1]],
  )
}

function labelsOf({ plan }: LiveRollout, variant: number): Labels {
  return { rollout: plan.name, variant: plan.variants[variant]?.name ?? '' }
}
