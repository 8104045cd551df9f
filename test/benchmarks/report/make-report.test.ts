import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ScenarioResult } from '../../../benchmarks/contest/result.ts'
import { makeReport } from '../../../benchmarks/report/make-report.ts'
import { contestant, scenario } from './support/made-results.ts'

const README = '# Headrace\n\n<!-- benchmarks -->\nold\n<!-- /benchmarks -->\n\nThe end.\n'

describe('makeReport', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'headrace-report-'))
    mkdirSync(join(folder, 'results'))
    writeFileSync(join(folder, 'README.md'), README)
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  async function report(...results: readonly ScenarioResult[]) {
    for (const result of results) {
      writeFileSync(join(folder, 'results', `${result.scenario}.json`), JSON.stringify(result))
    }
    const said: string[] = []
    const [page, readme] = [join(folder, 'results.md'), join(folder, 'README.md')]
    await makeReport((line) => said.push(line), { results: join(folder, 'results'), page, readme })
    return { page: readFileSync(page, 'utf8'), readme: readFileSync(readme, 'utf8'), said }
  }

  function rowOf(page: string, section: string, name: string): string {
    const lines = page.slice(page.indexOf(`## ${section}\n`)).split('\n')
    return lines.find((line) => line.startsWith(`| ${name} `)) ?? ''
  }

  it('tells on what it was measured', async () => {
    const { page } = await report(scenario(), scenario({ scenario: 'csv', date: '2026-11-21T23:00:00.000Z' }))
    expect(page).toContain('- 2026-11-21 to 2026-11-22: 4 cores of a processor, 23 GiB')
    expect(page).toContain('servers on CPUs 0-2, generator on 3')
    expect(page).toContain('| mlflow | 3.17.2 |')
    expect(page).toContain('| Headrace | tuned | headrace as tuned |')
  })

  it('sets every rate beside that of the best MLflow', async () => {
    const { page } = await report(scenario())
    expect(rowOf(page, 'Summary', 'Headrace, tuned')).toBe('| Headrace, tuned | **94,500** (105×) |')
    expect(rowOf(page, 'Summary', 'mlflow models serve, tuned')).toBe(
      '| mlflow models serve, tuned | 840 (0.93×) |',
    )
    expect(rowOf(page, 'Summary', 'mosec, default')).toContain('**5,500 †**')
    expect(rowOf(page, 'Summary', '*onnxruntime-node loop*')).toContain('| 283,000 |')
  })

  it('leaves cells of scenarios empty in which one took no part', async () => {
    const image = scenario({ scenario: 'image-binary', contestants: [contestant('headrace', 'tuned', [80])] })
    const { page } = await report(scenario(), image)
    expect(rowOf(page, 'Summary', 'Headrace, tuned')).toBe('| Headrace, tuned | **94,500** (105×) | **80** |')
    expect(rowOf(page, 'Summary', 'mosec, default')).toMatch(/\| – \|$/)
  })

  it('marks disturbed loads, lower bounds and failures', async () => {
    const { page } = await report(scenario())
    expect(rowOf(page, 'tiny', 'Headrace, tuned')).toContain('| ≥ 81,200 | 0 |')
    expect(rowOf(page, 'tiny', 'mosec, default')).toContain('| 3,200 | 2.5 / 10 | 5,500 † | 11.7 / 46.9 † |')
    expect(rowOf(page, 'tiny', 'mlflow models serve, default')).toContain('| < 50 |')
    expect(rowOf(page, 'tiny', 'mlflow models serve, tuned')).toContain('| 318 † |')
    expect(rowOf(page, 'tiny', 'MLServer, tuned')).toContain('**120** of 13,800')
    expect(rowOf(page, 'tiny', '*onnxruntime-node loop*')).toContain('| 283,000 runs |')
  })

  it('names those that took no part, with the reason in one line', async () => {
    const { page } = await report(scenario())
    expect(page).toContain(
      '- **pytriton** (default, tuned): not installed: npm run bench -- install --peers pytriton',
    )
    expect(page).toContain('- **MLServer** (tuned): ended with 1: Traceback \\| &lt;module>')
  })

  it('draws plots of all that were measured, on a ground of their own', async () => {
    const { page } = await report(scenario())
    for (const name of ['tiny-rate.svg', 'tiny-latency.svg']) {
      const picture = readFileSync(join(folder, 'results', name), 'utf8')
      expect(page).toContain(`](results/${name})`)
      expect(picture).toMatch(/^<svg .*fill="white"/)
      for (const label of ['Headrace, tuned', 'mosec, default', 'node:http echo'])
        expect(picture).toContain(label)
      expect(picture).toContain('(logarithmic)')
      expect(picture).not.toMatch(/NaN|Infinity|undefined/)
    }
  })

  it('draws p99 against the rate of arrivals where it was measured, of the best configurations', async () => {
    const alone = contestant('headrace', 'tuned', [80])
    const { page } = await report(scenario(), scenario({ scenario: 'csv', contestants: [alone] }))
    const picture = readFileSync(join(folder, 'results/tiny-open-loop.svg'), 'utf8')
    expect(picture).toContain('mlflow models serve, tuned')
    expect(picture).not.toContain('mlflow models serve, default')
    expect(page).toContain('](results/tiny-open-loop.svg)')
    expect(page).not.toContain('csv-open-loop.svg')
  })

  it('takes an even axis for rates that lie together', async () => {
    await report(
      scenario({
        contestants: [contestant('headrace', 'tuned', [80]), contestant('mosec', 'default', [60])],
      }),
    )
    expect(readFileSync(join(folder, 'results/tiny-rate.svg'), 'utf8')).not.toContain('logarithmic')
  })

  it('writes the same from the same', async () => {
    const first = await report(scenario())
    const pictures = () =>
      readdirSync(join(folder, 'results')).map((name) => readFileSync(join(folder, 'results', name), 'utf8'))
    const drawn = pictures()
    expect(await report(scenario())).toEqual(first)
    expect(pictures()).toEqual(drawn)
  })

  it('has a table of servers for the README, ours first', async () => {
    const slow = contestant('headrace', 'default', [10])
    const { readme } = await report(
      scenario(),
      scenario({ scenario: 'trees', contestants: [contestant('mosec', 'default', [99]), slow] }),
    )
    expect(readme).toContain(
      '| Headrace, tuned | 94,500 | 10 | 2.71 ms | 0.471 s | 120 MB |\n| mosec, default | 5,500 † | 99 |',
    )
    expect(readme).toContain('Measured 2026-11-22 on 4 cores of a processor')
    expect(readme).not.toMatch(/node:http|onnxruntime-node loop|old/)
    expect(readme.startsWith('# Headrace\n\n<!-- benchmarks -->\n')).toBe(true)
    expect(readme.endsWith('\n<!-- /benchmarks -->\n\nThe end.\n')).toBe(true)
  })

  it('shows no figures of quick runs in the README, and says on the page that they mean nothing', async () => {
    const { page, readme } = await report(scenario({ settings: { ...scenario().settings, quick: true } }))
    expect(page).toContain('**The figures of tiny are of a quick run')
    expect(readme).toContain('Nothing was measured yet')
  })

  it('leaves a README without marks as it is, and says so', async () => {
    writeFileSync(join(folder, 'README.md'), '# Headrace\n')
    const { readme, said } = await report(scenario())
    expect(readme).toBe('# Headrace\n')
    expect(said.at(-1)).toContain('has no marks')
  })

  it('reports that nobody took part', async () => {
    const { page } = await report(scenario({ contestants: [] }))
    expect(page).toContain('Nobody took part.')
    expect(page).not.toContain('.svg')
  })

  it('reports without any results', async () => {
    expect((await report()).page).toBe('# Benchmark results\n\nNothing was measured yet.\n')
  })
})
