import { describe, expect, test } from 'vitest'
import { rolloutTable } from '../../../../src/cli/commands/rollout/rollout-table.ts'
import {
  canaryView,
  hostileView,
  rolledBackView,
  SAMPLE_VIEWS,
  shadowView,
  winnerView,
  youngView,
} from '../../../rollout/report/sample-views.ts'

describe('the tables of a rollout', () => {
  test('begin with the decision, and have a row for each variant', () => {
    const text = rolloutTable(winnerView())
    expect(text).toMatch(/^challenger is better by 1.2 points/)
    expect(text).toMatch(
      /^champion \(control\) +50 % +32391 +8214 +131 \(0.4 %\) +0 +0.61 ms +2.4 ms +19420 +10.4 %/m,
    )
    expect(text).toMatch(
      /^challenger - champion +1.21 points +0.25 to 2.17 points \(95 %\) +8173 and 8214 +- +variant better/m,
    )
  })

  test('say why a difference is not that of the means, once the split has changed', () => {
    const note = 'Each step of the split is compared within itself'
    expect(rolloutTable({ ...winnerView(), step: 0 })).not.toContain(note)
    expect(rolloutTable({ ...winnerView(), step: 1 })).toMatch(
      new RegExp(`^challenger - champion .*\\n${note}`, 'm'),
    )
  })

  test('tell means of large values apart', () => {
    const view = winnerView()
    const [control, variant] = view.variants
    const variants = [
      { ...control!, outcomeMean: 12_345.6 },
      { ...variant!, outcomeMean: 12_356.4 },
    ]
    const text = rolloutTable({ ...view, variants, outcomeKind: 'numeric' })
    expect(text).toMatch(/^champion .* 12346 /m)
    expect(text).toMatch(/^challenger .* 12356 /m)
  })

  test('say how many more outcomes there are to come', () => {
    expect(rolloutTable(youngView())).toMatch(/^challenger - champion .* 14300 +keep looking$/m)
  })

  test('show a canary with its step and what it waits for', () => {
    const text = rolloutTable(canaryView())
    expect(text).toContain(
      'schedule   challenger: 1 % > [10 %] > 50 % > 100 %; 1180 of 2000 keys, 5420 of 7200 s',
    )
    expect(text).toContain('waits for  820 more keys and 30 more minutes')
  })

  test('show which guard has stopped a variant, and why', () => {
    const text = rolloutTable(rolledBackView())
    expect(text).toMatch(/^phase +rolled-back: challenger: 14 of 52 requests failed/m)
    expect(text).toMatch(/^errors +challenger +14 of 52 +2 % +2310 of 400 +stopped it$/m)
  })

  test('show shadows', () => {
    expect(rolloutTable(shadowView())).toMatch(
      /^challenger +4790 +31 \(0.65 %\) +2 +12 +3 +0.72 ms +3.3 ms$/m,
    )
    expect(rolloutTable(shadowView())).toMatch(
      /^probabilities +challenger +74 \(0.51 %\) of 14370 +9 \(0.19 %\) of 4790 +412 times the tolerance$/m,
    )
  })

  test('bound evidence that has no bound', () => {
    const view = rolledBackView()
    const guards = view.guards.map((guard) => ({ ...guard, eValue: Number.MAX_VALUE }))
    expect(rolloutTable({ ...view, guards })).toMatch(/^errors .* >1000000 of 400 +stopped it$/m)
  })

  test('let no name obey the terminal', () => {
    const evil = '\u001b[31mred\nline'
    const view = hostileView()
    const text = rolloutTable({
      ...view,
      name: evil,
      decision: evil,
      cause: evil,
      runId: evil,
      variants: view.variants.map((variant) => ({ ...variant, name: evil, modelUri: evil })),
      guards: view.guards.map((guard) => ({ ...guard, variant: evil })),
    })
    expect(text).not.toContain('\u001b')
    expect(text).not.toMatch(/^line/m)
  })

  test.each(Object.keys(SAMPLE_VIEWS))('write no number that is not one: %s', (name) => {
    expect(rolloutTable(SAMPLE_VIEWS[name]!())).not.toMatch(/NaN|undefined|Infinity/)
  })
})
