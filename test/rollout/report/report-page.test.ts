import { describe, expect, test } from 'vitest'
import { reportPage } from '../../../src/rollout/report/report-page.ts'
import type { RolloutView } from '../../../src/rollout/rollout-view.ts'
import {
  canaryView,
  hostileView,
  rolledBackView,
  SAMPLE_VIEWS,
  shadowView,
  threeVariantsView,
  winnerView,
  youngView,
} from './sample-views.ts'

/** What a person reads, without the style. */
function textOf(view: RolloutView): string {
  return reportPage(view)
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
}

describe('the report', () => {
  test.each(Object.keys(SAMPLE_VIEWS))('needs no script and nothing from elsewhere: %s', (name) => {
    const page = reportPage(SAMPLE_VIEWS[name]!())
    expect(page).not.toMatch(/<script|<link|<img|<iframe|\bon\w+=|url\(|@import|https?:/i)
    expect(page).toMatch(/^<!doctype html>/)
  })

  test.each(Object.keys(SAMPLE_VIEWS))('opens and closes each element: %s', (name) => {
    expect(unclosed(reportPage(SAMPLE_VIEWS[name]!()))).toEqual([])
  })

  test.each(Object.keys(SAMPLE_VIEWS))('shows no number that is not one: %s', (name) => {
    expect(reportPage(SAMPLE_VIEWS[name]!())).not.toMatch(/NaN|undefined|Infinity|\[object|\bnull\b/)
  })

  test('takes names for text, wherever they come from', () => {
    const page = reportPage(hostileView())
    expect(page).not.toContain('<script')
    expect(
      page.match(/&lt;script&gt;document\.title=&#39;owned&#39;&lt;\/script&gt;&quot;&#39;&amp;/g)?.length,
    ).toBeGreaterThan(20)
    expect(page).toContain('href="../../rollouts/%3Cscript%3E')
    expect(reportPage({ ...youngView(), name: 'half \ud83d of a character' })).toContain(
      'href="../../rollouts/half',
    )
  })

  test('begins with the decision', () => {
    for (const make of [winnerView, rolledBackView, shadowView]) {
      const view = make()
      const text = textOf(view)
      expect(text.indexOf(view.decision)).toBeGreaterThan(0)
      expect(text.indexOf(view.decision)).toBeLessThan(text.indexOf('Variants'))
    }
  })

  test('tells of each variant its share, traffic, time and outcomes', () => {
    const text = textOf(winnerView())
    expect(text).toMatch(
      /challenger models:\/iris@challenger, version.4 50.% 32,112 8,173 92 \(0\.29.%\) 0 0\.64.ms 2\.6.ms 19,288 11\.6.%/,
    )
    expect(text).toMatch(/Variant is better/)
    expect(text).toMatch(/\+0\.25 to \+2\.17.points/)
  })

  test('draws the interval with a line at zero, and says it in words', () => {
    const page = reportPage(winnerView())
    expect(page).toMatch(
      /aria-label="challenger against champion, in points\. The interval is \+[\d.]+ to \+[\d.]+.points at the end\."/,
    )
    expect(page).toMatch(/class="zero"/)
    expect(page).toMatch(/class="band v1" d="M/)
  })

  test('shows where a canary is, and what it waits for', () => {
    const page = reportPage(canaryView())
    expect(textOf(canaryView())).toMatch(
      /1.% done 200 keys, 1 h 10.% now 1,180 of 2,000 keys 1 h 30 min of 2 h 50.% to come/,
    )
    expect(page).toContain('aria-current="step"')
    expect(page).toContain('<progress max="2000" value="1180">')
    expect(page.match(/class="change"/g)?.length).toBeGreaterThan(0)
  })

  test('says why a difference is not that of the means, once the split has changed', () => {
    expect(textOf({ ...winnerView(), step: 0 })).not.toContain('compared within itself')
    expect(textOf({ ...winnerView(), step: 1 })).toContain('Each step of the split is compared within itself')
  })

  test('says of the last step of a canary that its promotion is what waits', () => {
    const view = canaryView()
    const canary = { ...view.canary!, step: view.canary!.steps.length - 1, waitsFor: 'an operator' }
    expect(textOf({ ...view, canary })).toContain('Its promotion waits for an operator.')
  })

  test('shows which guard stopped a variant', () => {
    expect(textOf(rolledBackView())).toMatch(/Errors 14 \(27.%\) of 52 2.% stopped it 2,310/)
    expect(textOf(rolledBackView())).toContain('Not decided')
  })

  test('shows what a shadow did, with examples', () => {
    const text = textOf(shadowView())
    expect(text).toContain('It answered copies of 4,790 requests')
    expect(text).toContain('3 were not made since the request or its answer was too large for it.')
    expect(text).toContain('0.1, 0.59, 0.31 0.1, 0.46, 0.44')
    expect(text).toContain('measurements (FP32 1 × 4), values not kept')
  })

  test('shows values that differ as different ones', () => {
    const view = shadowView()
    const tensor = (datatype: string, value: number) => ({ name: 'y', datatype, shape: [1], data: [value] })
    const outputs = [
      { control: tensor('INT64', 12_345_678), other: tensor('INT64', 12_345_679) },
      { control: tensor('FP64', 1.000_000_01), other: tensor('FP64', 1.000_000_02) },
      { control: tensor('FP32', Math.fround(0.1)), other: tensor('FP32', Math.fround(0.2)) },
    ].map((output) => ({ output: 'y', different: 1, elements: 1, ...output }))
    const examples = [JSON.stringify({ row: 0, inputs: [], outputs })]
    const text = textOf({ ...view, shadows: view.shadows.map((shadow) => ({ ...shadow, examples })) })
    expect(text).toContain('y 12345678 12345679 y 1.00000001 1.00000002 y 0.1 0.2')
  })

  test('warns where the variants do not get the keys that they should', () => {
    expect(textOf(threeVariantsView())).toContain('do not trust the comparison')
    expect(textOf(winnerView())).not.toContain('do not trust the comparison')
  })

  test('is there before anything has happened', () => {
    const { comparisons, ...young } = youngView()
    const empty: RolloutView = {
      ...young,
      comparisons: comparisons.map((comparison) => ({
        ...{ ...comparison, controlMean: undefined, variantMean: undefined, difference: undefined },
        ...{ interval: undefined, outcomesToGo: undefined, controlKeys: 0, variantKeys: 0 },
      })),
      guards: [],
      history: [],
      variants: young.variants.map((variant) => ({
        ...{ ...variant, requests: 0, keys: 0, errors: 0, outcomes: 0 },
        ...{ latencyMs: undefined, outcomeMean: undefined },
      })),
    }
    expect(reportPage(empty)).not.toMatch(/NaN|undefined/)
    const [point] = young.history
    const still = {
      ...point!,
      at: 0,
      variants: point!.variants.map((each) => ({ ...each, requests: 0, outcomes: 0 })),
    }
    expect(reportPage({ ...empty, history: [still, still] })).not.toMatch(/NaN|undefined/)
  })

  test('bears extreme numbers', () => {
    const view = threeVariantsView()
    const guards = view.guards.map((guard) => ({
      ...guard,
      eValue: Number.MAX_VALUE,
      stopsAt: Number.MAX_VALUE,
    }))
    const history = view.history.map((point, at) => ({
      ...point,
      intervals: point.intervals.map(() => ({ low: -(10 ** (300 - at)), high: 1e-300 })),
    }))
    expect(reportPage({ ...view, guards, history })).not.toMatch(/NaN|undefined|Infinity/)
  })
})

test('a report that is kept in a run has no links, which would lead nowhere there', () => {
  const page = reportPage(winnerView(), 'run')
  expect(page).not.toContain('href=')
  expect(page).toContain('The same for programs: report.json, beside this page.')
  expect(unclosed(page)).toEqual([])
})

test('a report that is saved in a file links to the server that it came from', () => {
  const page = reportPage({ ...winnerView(), name: 'iris & co' }, { savedFrom: 'https://models.example/a' })
  const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, link]) => link)
  expect(links).toEqual([
    'https://models.example/a/rollouts/iris%20%26%20co',
    'https://models.example/a/rollouts',
  ])
  expect(page).toContain('all rollouts of https://models.example/a</a>')
  expect(unclosed(page)).toEqual([])
})

const VOID = new Set(['meta', '!doctype'])

/** Elements that were not closed, or closed in another order. */
function unclosed(page: string): readonly string[] {
  const open: string[] = []
  for (const [, slash, name = '', rest = ''] of page.matchAll(/<(\/?)([!a-z][a-z0-9]*)([^>]*)>/g)) {
    if (slash === '/') {
      const last = open.pop()
      if (last !== name) return [`${last} closed by ${name}`]
    } else if (!VOID.has(name) && !rest.endsWith('/')) open.push(name)
  }
  return open
}
