import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readResults } from '../../../benchmarks/report/read-results.ts'
import { contestant, load, round, scenario } from './support/made-results.ts'

describe('readResults', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'headrace-results-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function write(name: string, value: unknown): void {
    writeFileSync(join(folder, name), JSON.stringify(value))
  }

  it('reads what was written', () => {
    write('tiny.json', scenario())
    expect(readResults(folder)).toEqual([scenario()])
  })

  it('orders scenarios by what they ask, unknown ones last', () => {
    for (const name of ['aaa', 'csv', 'image-binary', 'tiny'])
      write(`${name}.json`, scenario({ scenario: name }))
    mkdirSync(join(folder, 'studies'))
    write('notes.txt', 'not a result')
    expect(readResults(folder).map((result) => result.scenario)).toEqual([
      'tiny',
      'image-binary',
      'csv',
      'aaa',
    ])
  })

  it('takes null for a figure that is not finite', () => {
    const one = {
      ...contestant('mosec', 'default', []),
      rounds: [round([load(64, 10, { cpuUs: Number.NaN })])],
    }
    write('tiny.json', scenario({ contestants: [one] }))
    expect(readResults(folder)[0]?.contestants[0]?.rounds[0]?.loads[0]?.cpuUs).toBeNaN()
  })

  it.each([
    [{ ...scenario(), question: 3 }, 'tiny.json.question is not a string'],
    [{ ...scenario(), absent: undefined }, 'tiny.json.absent is not a list'],
    [
      { ...scenario(), settings: { ...scenario().settings, quick: 'no' } },
      'tiny.json.settings.quick is not true or false',
    ],
    [
      { ...scenario(), contestants: [{ ...contestant('mosec', 'a', [1]), kind: 'client' }] },
      'tiny.json.contestants[0].kind is not one of server, reference, engine',
    ],
    [[], 'tiny.json is not an object'],
  ])('names the field that is wrong: %#', (result, message) => {
    write('tiny.json', result)
    expect(() => readResults(folder)).toThrow(message)
  })

  it('names the file that is no JSON', () => {
    writeFileSync(join(folder, 'tiny.json'), '{')
    expect(() => readResults(folder)).toThrow('tiny.json is no JSON')
  })
})
