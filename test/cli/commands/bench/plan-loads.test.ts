import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { BENCH_SETTINGS, type BenchSettings } from '../../../../src/cli/bench-settings.ts'
import { planLoads } from '../../../../src/cli/commands/bench/plan-loads.ts'
import { splitOperands } from '../../../../src/cli/commands/bench.ts'
import { addSettings } from '../../../../src/cli/setting.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'

async function settingsOf(...args: string[]): Promise<BenchSettings> {
  const command = new Command('bench').exitOverride().action(() => {})
  addSettings(command, BENCH_SETTINGS)
  await command.parseAsync(args, { from: 'user' })
  return command.opts<BenchSettings>()
}

const planOf = async (...args: string[]) => planLoads(await settingsOf(...args), 1)

describe('the plan of a measurement', () => {
  test('without a flag ends with an open load', async () => {
    const plan = await planOf()
    expect(plan).toMatchObject({ kind: 'look', alone: { connections: 1 }, most: { connections: 32 } })
    expect(plan.kind === 'look' && plan.half(50)).toMatchObject({ kind: 'open', ratePerSecond: 50 })
  })

  test('of several targets has rounds', async () => {
    expect(await planLoads(await settingsOf('--rate', '10'), 2)).toMatchObject({ kind: 'load', rounds: 6 })
    expect(await planOf('--rate', '10')).toMatchObject({ rounds: 1 })
  })

  test('has the load that was asked for', async () => {
    const args = [
      '--rate',
      '10',
      '--arrivals',
      'bursts:4',
      '--duration',
      '2m',
      '--warm-up',
      '0',
      '--timeout',
      '500ms',
    ]
    expect(await planOf(...args)).toMatchObject({
      load: {
        kind: 'open',
        arrivals: { kind: 'bursts', size: 4 },
        durationMs: 120_000,
        warmUpMs: 0,
        timeoutMs: 500,
      },
    })
  })

  test('takes the rate of a trace from its file', async () => {
    const file = join(temporaryFolder(), 'trace.txt')
    writeFileSync(file, '0\n500\n1000\n')
    expect(await planOf('--arrivals', `trace:${file}`)).toMatchObject({
      load: { arrivals: { kind: 'trace', timesMs: [0, 500, 1000] } },
    })
  })

  test.each([
    [['--rate', '1', '--find-max', '--p99', '5ms'], /different loads/],
    [['--arrivals', 'constant'], /--arrivals needs --rate/],
    [['--find-max'], /--find-max and --p99 belong together/],
    [['--find-max', '--p99', '5ms', '--rounds', '2'], /--rounds is of no use/],
    [['--samples', 'file'], /--samples is for a single load/],
    [['--duration', '30'], /--duration: '30' is not a time such as 30s/],
    [['--arrivals', 'uniform'], /'uniform' is not one of poisson/],
    [['-H', 'no colon'], /a header is name: value/],
  ])('refuses %j', async (args, expected) => {
    await expect(planOf(...args)).rejects.toThrow(expected)
  })
})

test('flags of the server are what follows the URLs', () => {
  expect(splitOperands(['http://a', 'http://b', '--listeners', '2'])).toEqual({
    urls: ['http://a', 'http://b'],
    serverFlags: ['--listeners', '2'],
  })
  expect(splitOperands(['http://a'])).toEqual({ urls: ['http://a'], serverFlags: [] })
})
