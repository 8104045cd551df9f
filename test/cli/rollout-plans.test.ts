import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { SERVE_SETTINGS, type ServeSettings } from '../../src/cli/config.ts'
import { modelPlans } from '../../src/cli/model-settings.ts'
import { rolloutPlans } from '../../src/cli/rollout-plans.ts'
import { addSettings } from '../../src/cli/setting.ts'
import type { RolloutPlan } from '../../src/rollout/rollout-plan.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const A = ['-m', 'a=models:/iris@champion']
const B = ['-m', 'b=models:/iris@challenger']
const C = ['-m', 'c=./c']

/** The rollouts of a command line. */
async function rollouts(...args: string[]): Promise<readonly RolloutPlan[]> {
  const command = new Command()
    .helpOption('--help')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .action(() => {})
  addSettings(command, SERVE_SETTINGS)
  const settings = command.parse(args, { from: 'user' }).opts<ServeSettings>()
  return await rolloutPlans(settings, await modelPlans(settings))
}

async function rollout(...args: string[]): Promise<RolloutPlan> {
  const [first, ...others] = await rollouts(...args)
  expect(others).toEqual([])
  if (first === undefined) throw new Error('There is no rollout')
  return first
}

/** The rollouts of a models file, over models named by flags. */
function ofFile(text: string, ...args: string[]): Promise<readonly RolloutPlan[]> {
  const file = join(temporaryFolder(), 'models.yaml')
  writeFileSync(file, text)
  return rollouts(...(args.length > 0 ? args : [...A, ...B, ...C]), '--models-file', file)
}

afterEach(() => vi.unstubAllEnvs())

describe('--split and --shadow', () => {
  test('make no rollout where they are absent', async () => {
    expect(await rollouts(...A, ...B)).toEqual([])
  })

  test('leave it to the load of a model to say what is wrong with its URI', async () => {
    expect(await rollouts('-m', 's4://nowhere', ...A)).toEqual([])
    expect((await rollout('-m', 's4://nowhere', ...A, '--split', 'a=100')).name).toBe('iris')
  })

  test('make one, with guards on and all else as documented', async () => {
    expect(await rollout(...A, ...B, '--split', 'a=90, b=10')).toEqual({
      name: 'iris',
      variants: [
        { name: 'a', permille: 900 },
        { name: 'b', permille: 100 },
      ],
      shadows: [],
      stickyKey: { header: 'x-headrace-key', column: undefined },
      canary: undefined,
      outcome: {
        kind: 'binary',
        better: 'higher',
        alpha: 0.05,
        plannedKeys: 5000,
        smallestDifference: undefined,
        windowSeconds: 604_800,
      },
      guards: {
        alpha: 0.01,
        errors: { floor: 0.02 },
        slow: { floor: 0.02, ratio: 1.5 },
        faults: { floor: 0.02 },
        disagreement: undefined,
        outcomeLoss: undefined,
      },
      mirror: {
        sample: 1,
        maxConcurrent: 16,
        relativeTolerance: 1e-3,
        absoluteTolerance: 1e-5,
        keptExamples: 10,
        keepsInputs: false,
      },
      canForce: 'local',
    })
  })

  test('are told more by other flags', async () => {
    const flags = [
      ...['--rollout', 'test', '--rollout-key-header', 'X-User', '--rollout-key-column', 'user_id'],
      ...['--shadow-sample', '2.5', '--outcome', 'numeric', '--outcome-better', 'lower', '--guards', 'off'],
    ]
    expect(
      await rollout(...A, ...B, ...C, '--split', 'a=66.7,c=33.3', '--shadow', 'b', ...flags),
    ).toMatchObject({
      name: 'test',
      variants: [
        { name: 'a', permille: 667 },
        { name: 'c', permille: 333 },
      ],
      shadows: ['b'],
      stickyKey: { header: 'x-user', column: 'user_id' },
      outcome: { kind: 'numeric', better: 'lower' },
      guards: { errors: undefined, slow: undefined, faults: undefined },
      mirror: { sample: 0.025 },
    })
  })

  test('are taken from variables', async () => {
    vi.stubEnv('HEADRACE_SPLIT', 'a=50,b=50')
    vi.stubEnv('HEADRACE_SHADOW', 'c')
    const { variants, shadows } = await rollout(...A, ...B, ...C)
    expect(variants.map(({ permille }) => permille)).toEqual([500, 500])
    expect(shadows).toEqual(['c'])
  })

  test('name shadows by commas or again and again; the first other model is then the control', async () => {
    for (const flags of [
      ['--shadow', 'b, c'],
      ['--shadow', 'b', '--shadow', 'c,b'],
    ]) {
      const plan = await rollout(...B, ...A, ...C, ...flags)
      expect(plan).toMatchObject({ name: 'iris', variants: [{ name: 'a', permille: 1000 }] })
      expect(new Set(plan.shadows)).toEqual(new Set(['b', 'c']))
    }
  })

  test('are called as the registered model of the control, else default', async () => {
    expect((await rollout('-m', 'a=models:/churn/3', ...B, '--split', 'a=50,b=50')).name).toBe('churn')
    expect((await rollout('-m', 'a=runs:/abc/model', ...B, '--split', 'a=50,b=50')).name).toBe('default')
    expect((await rollout(...C, ...B, '--split', 'c=50,b=50')).name).toBe('default')
  })

  test('take models by the names that they have without being given one', async () => {
    const plan = await rollout(
      '-m',
      'models:/iris/2',
      '-m',
      'models/next',
      '--split',
      'iris=50,next=50',
      '--rollout',
      'x',
    )
    expect(plan.variants.map(({ name }) => name)).toEqual(['iris', 'next'])
  })

  test.each([
    [
      ['--split', 'a=90,b=5'],
      "--split (or HEADRACE_SPLIT): the shares 'a=90,b=5' add up to 95 percent, not to 100",
    ],
    [['--split', 'a=90,b=10.05'], "'10.05' is not a percentage from 0 to 100 with at most one decimal"],
    [['--split', 'a=110,b=-10'], "'110' is not a percentage"],
    [['--split', 'a,b=100'], "'a' is not a share such as a=90"],
    [['--split', 'a=90;b=10'], "'a=90;b=10' is not a share such as a=90"],
    [['--split', ''], 'add up to 0 percent'],
    [['--split', 'a=50,x=50'], "--split: no model is served as 'x'; known are a, b, c"],
    [['--split', 'a=50,a=50'], "--split: 'a' is a variant already"],
    [
      ['--split', 'a=50,b=50', '--shadow', 'b'],
      "--shadow: 'b' is a variant: a shadow needs a model of its own",
    ],
    [['--shadow', 'x'], "--shadow: no model is served as 'x'"],
    [
      ['--shadow', 'a,b,c'],
      '--shadow: requests are copied from the first model that is no shadow, and there is none',
    ],
    [['--shadow', 'b', '--rollout', 'a/b'], "--rollout: a rollout cannot be called 'a/b'"],
    [['--shadow', 'b', '--rollout', '..'], "--rollout: a rollout cannot be called '..'"],
    [['--shadow', 'b', '--rollout', 'x'.repeat(101)], 'a rollout cannot be called'],
    [
      ['--shadow', 'b', '--rollout', 'c'],
      "--rollout: a model is served as 'c', so the rollout needs another name",
    ],
    [['--shadow', 'b', '--rollout-key-header', 'a b'], "'a b' is no name of a header"],
    [['--shadow', 'b', '--shadow-sample', '101'], "'101' is not a percentage"],
    [['--shadow', 'b', '--guards', 'perhaps'], "'perhaps' is not one of on, off"],
    [['--rollout', 'x'], '--rollout is about the rollout of --split or --shadow, and there is neither'],
    [['--shadow-sample', '10'], '--shadow-sample is about the rollout'],
  ])('%j is an error', async (flags, message) => {
    const failure = rollouts(...A, ...B, ...C, ...flags)
    await expect(failure).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    await expect(failure).rejects.toThrow(message)
  })

  test('need a name of their own where a model has the registered one', async () => {
    const failure = rollouts('-m', 'models:/iris@champion', ...B, '--split', 'iris=90,b=10')
    await expect(failure).rejects.toThrow(
      "a model is served as 'iris', so the rollout needs another name: --rollout NAME",
    )
  })

  test('are not of a name that several versions share, nor of one that no header can show', async () => {
    const versions = ['-m', 'models:/iris/1', '-m', 'models:/iris/2']
    await expect(rollouts(...versions, ...B, '--split', 'iris=50,b=50')).rejects.toThrow(
      "2 versions are served as 'iris': give the one that is meant a name (-m NAME=URI)",
    )
    await expect(rollouts('-m', 'models:/größe/1', ...B, '--split', 'größe=50,b=50')).rejects.toThrow(
      "'größe' cannot stand in a header",
    )
    await expect(rollouts('-m', 'runs:/abc/model', ...B, '--split', 'model=50,b=50')).rejects.toThrow(
      "no model is served as 'model'; known are b (-m NAME=URI names one)",
    )
  })

  test('are not of more variants than a state can name', async () => {
    const names = Array.from({ length: 21 }, (_, i) => `m${i}`)
    const many = names.flatMap((name) => ['-m', `${name}=models:/x/1`])
    const split = names.map((name, i) => `${name}=${i === 0 ? 80 : 1}`).join(',')
    await expect(rollouts(...many, '--split', split)).rejects.toThrow('--split: 21 variants are more than 20')
    const long = ['x', 'y'].map((letter) => letter.repeat(600))
    const two = long.flatMap((name) => ['-m', `${name}=models:/x/1`])
    const failure = rollouts(...two, '--split', `${long[0]}=50,${long[1]}=50`)
    await expect(failure).rejects.toThrow('longer than 1000 characters together')
  })

  test.each([
    [['--host', '127.0.0.1'], 'local'],
    [['--host', 'localhost'], 'local'],
    [['--host', '0.0.0.0'], false],
    [['--host', '0.0.0.0', '--rollout-force', 'on'], true],
    [['--rollout-force', 'off'], false],
  ])('let a request force its variant with %j: %j', async (flags, canForce) => {
    expect((await rollout(...A, ...B, '--shadow', 'b', ...flags)).canForce).toBe(canForce)
  })

  test('sign outcome ids with no secret that is quickly guessed', async () => {
    vi.stubEnv('HEADRACE_OUTCOME_KEY', 'short')
    await expect(rollouts(...A)).rejects.toThrow(
      'HEADRACE_OUTCOME_KEY: it must have at least 16 characters, and has 5',
    )
    vi.stubEnv('HEADRACE_OUTCOME_KEY', '')
    await expect(rollouts(...A)).rejects.toThrow('and has 0')
    vi.stubEnv('HEADRACE_OUTCOME_KEY', 'sixteen letters!')
    expect(await rollouts(...A)).toEqual([])
  })
})

describe('rollouts of a models file', () => {
  test('say all there is to say', async () => {
    const [plan, ...others] = await ofFile(`
models:
  - {name: d, uri: ./d}
rollouts:
  - name: flowers
    variants: {a: 90, b: 0, d: 10}
    shadows: [c]
    key: {header: X-User, column: user_id}
    canary:
      variant: b
      steps:
        - 1
        - {percent: 10.5, min-keys: 1000, min-minutes: 0.5}
        - percent: 90
      min-keys: 50
      min-minutes: 30
      at-end: hold
    outcome: {kind: numeric, better: lower, alpha: 0.1, planned-keys: 800, smallest-difference: 1e-2, window-days: 1.5}
    guards:
      alpha: 0.02
      errors: off
      slow: {ratio: 2, allowed-percent: 5}
      disagreement: {allowed-percent: 0.1}
      outcome-loss: {after-minutes: 10}
    mirror:
      sample-percent: 12.5
      max-concurrent: 2
      relative-tolerance: 1e-6
      absolute-tolerance: 0
      kept-examples: 0
      keep-inputs: true
    force: off
`)
    expect(others).toEqual([])
    expect(plan).toEqual({
      name: 'flowers',
      variants: [
        { name: 'a', permille: 890 },
        { name: 'b', permille: 10 },
        { name: 'd', permille: 100 },
      ],
      shadows: ['c'],
      stickyKey: { header: 'x-user', column: 'user_id' },
      canary: {
        variant: 'b',
        steps: [
          { permille: 10, minKeys: 50, minSeconds: 1800 },
          { permille: 105, minKeys: 1000, minSeconds: 30 },
          { permille: 900, minKeys: 50, minSeconds: 1800 },
        ],
        atEnd: 'hold',
      },
      outcome: {
        kind: 'numeric',
        better: 'lower',
        alpha: 0.1,
        plannedKeys: 800,
        smallestDifference: 0.01,
        windowSeconds: 129_600,
      },
      guards: {
        alpha: 0.02,
        errors: undefined,
        slow: { floor: 0.05, ratio: 2 },
        faults: { floor: 0.02 },
        disagreement: { floor: 0.001 },
        outcomeLoss: { floor: 0.02, afterSeconds: 600 },
      },
      mirror: {
        sample: 0.125,
        maxConcurrent: 2,
        relativeTolerance: 1e-6,
        absoluteTolerance: 0,
        keptExamples: 0,
        keepsInputs: true,
      },
      canForce: false,
    })
  })

  test('are as docs/rollouts.md shows, whose remarks tell the defaults', async () => {
    const page = readFileSync(new URL('../../docs/rollouts.md', import.meta.url), 'utf8')
    const example = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? ''
    const models = [...A, ...B, ...C, '-m', 'd=./d', '--host', '0.0.0.0']
    const [shown] = await ofFile(example, ...models)
    const [least] = await ofFile('rollouts: [{variants: {a: 100}}]', ...models)
    if (shown === undefined || least === undefined) throw new Error('There is no rollout')
    const { guards, mirror, canForce, outcome } = least
    expect(shown).toMatchObject({ guards, mirror, canForce, shadows: ['d'] })
    expect(shown.outcome).toEqual({ ...outcome, smallestDifference: 0.01 })
    expect(shown.variants.map(({ permille }) => permille)).toEqual([890, 10, 100])
    expect(shown.canary).toMatchObject({ variant: 'b', atEnd: 'promote' })
  })

  test('have the defaults of the flags, and may be several, beside that of the flags', async () => {
    const text = 'rollouts: [{variants: {b: 100}, shadows: [d]}, {name: other, variants: {c: 100}}]'
    const models = [...A, ...B, ...C, '-m', 'd=./d', '-m', 'e=./e', '--split', 'a=100', '--rollout', 'first']
    const plans = await ofFile(text, ...models)
    expect(plans.map(({ name }) => name)).toEqual(['first', 'iris', 'other'])
    expect(plans[1]).toEqual({
      ...plans[0],
      name: 'iris',
      variants: [{ name: 'b', permille: 1000 }],
      shadows: ['d'],
    })
  })

  test('of a canary take the short form, and its first step written out', async () => {
    for (const variants of ['{a: 100, b: 0}', '{a: 99, b: 1}']) {
      const canary = '{variant: b, steps: [1, 10, 50, 100]}'
      const [plan] = await ofFile(`rollouts: [{variants: ${variants}, canary: ${canary}}]`)
      expect(plan?.variants.map(({ permille }) => permille)).toEqual([990, 10])
      expect(plan?.canary?.steps.map(({ permille }) => permille)).toEqual([10, 100, 500, 1000])
      expect(plan?.canary?.steps[3]).toEqual({ permille: 1000, minKeys: 100, minSeconds: 300 })
      expect(plan?.canary?.atEnd).toBe('promote')
    }
  })

  test.each([
    ['guards: off', { errors: undefined, slow: undefined, faults: undefined }],
    ['guards: false', { errors: undefined, slow: undefined, faults: undefined }],
    ['guards: on', { errors: { floor: 0.02 }, disagreement: undefined }],
    ['guards: {disagreement: on, faults: off}', { disagreement: { floor: 0.02 }, faults: undefined }],
  ])('switch guards by %j', async (text, guards) => {
    const [plan] = await ofFile(`rollouts:\n  - variants: {a: 100}\n    ${text}\n`)
    expect(plan?.guards).toMatchObject(guards)
  })

  test.each([
    ['{}', /line 1: rollouts: a list is needed/],
    ['[{variant: {a: 100}}]', /rollouts\[0\]\.variant: there is no such key; known are name, variants/],
    ['[{name: x}]', /rollouts\[0\]: the key 'variants' is needed/],
    ['[{variants: [a, b]}]', /rollouts\[0\]\.variants: a map is needed/],
    ['[{variants: {}}]', /rollouts\[0\]\.variants: the shares add up to 0 percent, not to 100/],
    [
      '\n  - variants:\n      a: 90\n      b: 5\n',
      /line 3: rollouts\[0\]\.variants: the shares add up to 95 percent/,
    ],
    [
      '\n  - variants:\n      a: 90\n      x: 10\n',
      /line 4: rollouts\[0\]\.variants\.x: no model is served as 'x'; known are a, b, c/,
    ],
    ['[{variants: {a: 99.99}}]', /rollouts\[0\]\.variants\.a: '99\.99' is not a percentage/],
    ['[{variants: {a: ninety}}]', /'ninety' is not a percentage/],
    [
      '[{variants: {a: 100}}, {name: x, variants: {a: 100}}]',
      /rollouts\[1\]\.variants\.a: 'a' is a variant already/,
    ],
    [
      '[{variants: {a: 100}}, {variants: {b: 100}}]',
      /rollouts\[1\]: two rollouts are called 'iris': give it one by the key 'name'/,
    ],
    [
      '[{name: x, variants: {a: 100}}, {name: x, variants: {b: 100}}]',
      /rollouts\[1\]\.name: two rollouts are called 'x'/,
    ],
    ['[{name: b, variants: {a: 100}}]', /rollouts\[0\]\.name: a model is served as 'b'/],
    ['[{name: a/b, variants: {a: 100}}]', /rollouts\[0\]\.name: a rollout cannot be called 'a\/b'/],
    [
      '[{variants: {a: 100}, shadows: [a]}]',
      /shadows\[0\]: 'a' is a variant: a shadow needs a model of its own/,
    ],
    ['[{variants: {a: 100}, shadows: [b, b]}]', /shadows\[1\]: 'b' is there twice/],
    ['[{variants: {a: 100}, shadows: b}]', /shadows: a list is needed/],
    ['[{variants: {a: 100}, shadows: [b]}, {name: x, variants: {b: 100}}]', /variants\.b: 'b' is a shadow/],
    ['[{variants: {a: 100}, key: {header: "a b"}}]', /key\.header: 'a b' is no name of a header/],
    [
      '[{variants: {a: 100}, key: {cookie: x}}]',
      /key\.cookie: there is no such key; known are header, column/,
    ],
    ['[{variants: {a: 100}, force: maybe}]', /force: on or off is needed/],
    ['[{variants: {a: 100}, canary: {steps: [1]}}]', /canary: the key 'variant' is needed/],
    ['[{variants: {a: 100, b: 0}, canary: {variant: b}}]', /canary: the key 'steps' is needed/],
    [
      '[{variants: {a: 100}, canary: {variant: b, steps: [1]}}]',
      /canary\.variant: 'b' is none of the variants/,
    ],
    ['[{variants: {a: 100}, canary: {variant: a, steps: [1]}}]', /canary\.variant: 'a' is the control/],
    ['[{variants: {a: 100, b: 0}, canary: {variant: b, steps: []}}]', /canary\.steps: it holds no step/],
    [
      '[{variants: {a: 100, b: 0}, canary: {variant: b, steps: [0, 1]}}]',
      /steps\[0\]: each step is above the one before/,
    ],
    ['[{variants: {a: 100, b: 0}, canary: {variant: b, steps: [10, 10]}}]', /steps\[1\]: each step is above/],
    [
      '[{variants: {a: 100, b: 0}, canary: {variant: b, steps: [{min-keys: 3}]}}]',
      /steps\[0\]: the key 'percent' is needed/,
    ],
    [
      '[{variants: {a: 80, b: 0, c: 20}, canary: {variant: b, steps: [1, 90]}}]',
      /steps\[1\]: the other variants leave it 80 percent/,
    ],
    [
      '[{variants: {a: 80, b: 20}, canary: {variant: b, steps: [1]}}]',
      /variants: the canary 'b' begins with 1 percent: write that, or 0/,
    ],
    [
      '[{variants: {a: 100, b: 0}, canary: {variant: b, steps: [1], at-end: stop}}]',
      /at-end: 'stop' is not one of promote, hold/,
    ],
    [
      '[{variants: {a: 100, b: 0}, canary: {variant: b, steps: [1], min-keys: -1}}]',
      /min-keys: '-1' is not a whole number from 0/,
    ],
    [
      '[{variants: {a: 100}, outcome: {alpha: 0.5}}]',
      /outcome\.alpha: '0\.5' is not a number above 0 below 0\.5/,
    ],
    [
      '[{variants: {a: 100}, outcome: {planned-keys: 10}}]',
      /planned-keys: '10' is not a whole number from 100/,
    ],
    [
      '[{variants: {a: 100}, outcome: {window-days: 0}}]',
      /window-days: '0' is not a number above 0 up to 365/,
    ],
    ['[{variants: {a: 100}, guards: 3}]', /guards: on or off is needed/],
    [
      '[{variants: {a: 100}, guards: {errors: {allowed-percent: 0}}}]',
      /guards\.errors\.allowed-percent: '0' is not a number above 0/,
    ],
    ['[{variants: {a: 100}, guards: {errors: {ratio: 2}}}]', /guards\.errors\.ratio: there is no such key/],
    ['[{variants: {a: 100}, guards: {slow: {ratio: .5}}}]', /slow\.ratio: '\.5' is not a number from 1/],
    [
      '[{variants: {a: 100}, mirror: {sample-percent: 101}}]',
      /mirror\.sample-percent: '101' is not a number from 0 up to 100/,
    ],
    [
      '[{variants: {a: 100}, mirror: {max-concurrent: 1.5}}]',
      /max-concurrent: '1\.5' is not a whole number from 1/,
    ],
    [
      '[{variants: {a: 100}, mirror: {relative-tolerance: 1e999}}]',
      /relative-tolerance: '1e999' is not a number/,
    ],
  ])('are read strictly: %s', async (text, message) => {
    const error = await ofFile(`rollouts: ${text}`).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    expect(String(error)).toMatch(message)
    expect(String(error)).toMatch(/models\.yaml, line \d+/)
  })

  test('need models, named by flags or by the file', async () => {
    await expect(ofFile('rollouts: []', '--port', '0')).rejects.toThrow('No model is named')
    expect(
      await ofFile('models: [{name: a, uri: ./a}]\nrollouts: [{variants: {a: 100}}]', '--port', '0'),
    ).toHaveLength(1)
  })
})
