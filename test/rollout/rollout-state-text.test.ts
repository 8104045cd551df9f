import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asciiJson } from '../../src/core/ascii-json.ts'
import { ROLLOUT_LIMITS } from '../../src/rollout/rollout-limits.ts'
import type { RolloutState } from '../../src/rollout/rollout-state.ts'
import { holds, readStateText, stateText } from '../../src/rollout/rollout-state-text.ts'

const STATE: RolloutState = {
  id: '95813b93bd92b95c',
  epoch: 4,
  writer: 'host-1-77-ab12',
  at: 1_795_358_387_318,
  startedAt: 1_795_358_000_000,
  variants: ['a', 'b'],
  phase: 'running',
  step: 2,
  canaryStep: 1,
  split: [
    { end: 900, variant: 0 },
    { end: 1000, variant: 1 },
  ],
  cause: '',
  runId: '0123456789abcdef0123456789abcdef',
}

/** Names as long together as they may be, in the widest characters that there are. */
const variantNames = fc
  .uniqueArray(fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }), {
    minLength: 1,
    maxLength: ROLLOUT_LIMITS.variants,
  })
  .filter((names) => names.map(asciiJson).join(',').length + 2 <= ROLLOUT_LIMITS.variantNames)

function hexDigits(count: number): fc.Arbitrary<string> {
  const bytes = fc.uint8Array({ minLength: count / 2, maxLength: count / 2 })
  return bytes.map((each) => Buffer.from(each).toString('hex'))
}

function splits(variants: number): fc.Arbitrary<RolloutState['split']> {
  const ends = fc.uniqueArray(fc.integer({ min: 1, max: 999 }), { maxLength: 199 })
  return ends.chain((cuts) => {
    const sorted = [...cuts.sort((a, b) => a - b), 1000]
    const owners = fc.array(fc.nat(variants - 1), { minLength: sorted.length, maxLength: sorted.length })
    return owners.map((each) => sorted.map((end, i) => ({ end, variant: each[i] ?? 0 })))
  })
}

const count = fc.maxSafeNat()
const states: fc.Arbitrary<RolloutState> = variantNames.chain((variants) =>
  fc.record({
    id: hexDigits(16),
    epoch: fc.nat(2 ** 31 - 1),
    writer: fc.string({ minLength: 1, maxLength: 298 }).filter((text) => asciiJson(text).length <= 300),
    at: count,
    startedAt: count,
    variants: fc.constant(variants),
    phase: fc.constantFrom('running', 'promoted', 'aborted', 'rolled-back'),
    step: fc.nat(2 ** 24 - 1),
    canaryStep: fc.option(count, { nil: undefined }),
    split: splits(variants.length),
    cause: fc.string({ unit: 'binary', maxLength: 3000 }),
    runId: fc.option(hexDigits(32), { nil: undefined }),
  }),
)

describe('the text of a state', () => {
  test('is one JSON object that people can read', () => {
    expect(stateText(STATE)).toBe(
      '{"form":1,"epoch":4,"phase":"running","variants":["a","b"],"split":[900,0,1000,1],"step":2,"canaryStep":1,' +
        '"cause":"","id":"95813b93bd92b95c","writer":"host-1-77-ab12","at":1795358387318,"startedAt":1795358000000,' +
        '"runId":"0123456789abcdef0123456789abcdef"}',
    )
  })

  test('is ASCII, shorter than 4,000 characters, and holds the state, but for the end of a long cause', () => {
    fc.assert(
      fc.property(states, (state) => {
        const text = stateText(state)
        expect(text.length).toBeLessThan(4000)
        expect(text).toMatch(/^[ -~]*$/)
        const read = readStateText(text)
        if (read.state === undefined) throw new Error(read.reason)
        const { cause, ...others } = state
        const { cause: readCause, ...readOthers } = read.state
        expect(readOthers).toEqual(others)
        const kept = readCause.replace(/…$/, '')
        expect(cause.startsWith(readCause) || cause.startsWith(kept)).toBe(true)
        if (cause.length <= 100) expect(readCause).toBe(cause)
      }),
    )
  })

  test('holds what it can of a cause however wide its characters are', () => {
    const wide = stateText({ ...STATE, cause: '\u{1f600}'.repeat(2000) })
    expect(wide.length).toBeLessThan(4000)
    const read = readStateText(wide)
    expect(read.state?.cause).toMatch(/^(\u{1f600})+\ud83d?…$/u)
  })

  test('that has no room is a defect, not a tag that is cut', () => {
    const variants = Array.from({ length: 40 }, (_, i) => `${i}`.padStart(120, 'x'))
    expect(() => stateText({ ...STATE, variants })).toThrow('does not fit into its tag')
  })
})

describe('reading it', () => {
  const fields = JSON.parse(stateText(STATE))

  test.each([
    ['', /JSON/],
    ['{', /JSON/],
    ['null', /not a JSON object/],
    ['[1]', /not a JSON object/],
    ['{}', /'form' is undefined/],
    [JSON.stringify({ ...fields, form: 2 }), /'form' is 2, and only 1 is known/],
    ...Object.entries({
      id: ['', 'xyz', '95813B93BD92B95C', 5],
      epoch: [-1, 1.5, '4', null, 2 ** 53, 2 ** 48],
      writer: [3, null],
      at: [undefined],
      startedAt: ['1'],
      variants: [[], ['a', 'a'], ['a', 1], 'a', {}],
      phase: ['paused', null],
      step: [-1, 2 ** 24],
      canaryStep: [null, -1],
      split: [[], [900, 0], [1000], [1000, 2], [900, 0, 900, 1, 1000, 0], [0, 0, 1000, 0], [1001, 0], 'x'],
      cause: [null],
      runId: [7],
    }).flatMap(([key, values]) =>
      values.map((value): [string, RegExp] => [
        JSON.stringify({ ...fields, [key]: value }),
        new RegExp(`^'${key}' is missing or wrong$`),
      ]),
    ),
  ])('refuses %s', (text, reason) => {
    const isLater = text.includes('"form":2')
    expect(readStateText(text)).toEqual({ state: undefined, reason: expect.stringMatching(reason), isLater })
  })

  test('throws for no text', () => {
    const damaged = fc.tuple(states, fc.nat(3999), fc.string({ maxLength: 3 })).map(([state, at, put]) => {
      const text = stateText(state)
      return text.slice(0, at) + put + text.slice(at + 1)
    })
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), damaged), (text) => {
        const read = readStateText(text)
        if (read.state === undefined) expect(read.reason).not.toBe('')
      }),
    )
  })

  test('leaves out what it does not know', () => {
    expect(readStateText(JSON.stringify({ ...fields, more: 1 }))).toEqual({ state: STATE })
  })
})

describe('of two states', () => {
  const epochs = fc.tuple(fc.nat(3), fc.constantFrom('a', 'b', 'c'))
  const anyState = epochs.map(([epoch, writer]): RolloutState => ({ ...STATE, epoch, writer }))

  test('the higher epoch holds, and then the higher writer', () => {
    const low = { ...STATE, epoch: 4, writer: 'z' }
    const high = { ...STATE, epoch: 5, writer: 'a' }
    expect(holds(low, high)).toBe(high)
    expect(holds(high, low)).toBe(high)
    const other = { ...high, writer: 'b' }
    expect(holds(high, other)).toBe(other)
    expect(holds(other, high)).toBe(other)
  })

  test('all who hear of several agree, in whatever order they hear of them', () => {
    fc.assert(
      fc.property(fc.array(anyState, { minLength: 1 }), fc.nat(), (all, turn) => {
        const turned = [...all.slice(turn % all.length), ...all.slice(0, turn % all.length)]
        expect(turned.reduce(holds)).toEqual(all.reduce(holds))
        expect(all.toReversed().reduce(holds)).toEqual(all.reduce(holds))
      }),
    )
  })
})
