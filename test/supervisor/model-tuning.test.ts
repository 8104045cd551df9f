import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TuningNews } from '../../src/core/tuning-news.ts'
import { LinkedTuning } from '../../src/supervisor/linked-tuning.ts'
import { ModelTuning } from '../../src/supervisor/model-tuning.ts'
import type { Order } from '../../src/supervisor/process-messages.ts'

const FACTS = { sizes: [1, 2] }

function news(
  name: string,
  plan: Partial<TuningNews['plan']> & { readonly reason?: string } = {},
): TuningNews {
  return { name, version: '1', plan: { key: 'k', facts: FACTS, settled: false, ...plan } }
}

/** Remembers what it was told last of each name, as a server does. */
class Member {
  readonly known = new Map<string, TuningNews>()
  tunes: boolean
  readonly #linked = new LinkedTuning()

  constructor(tuning: ModelTuning<Member>) {
    this.#linked.follow({
      adopt: (tuned) => void this.known.set(tuned.name, tuned),
      forget: (name) => void this.known.delete(name),
      tuneHere: () => {
        this.tunes = true
      },
    })
    const { tuned, isTunedElsewhere } = tuning.join(this)
    this.tunes = !isTunedElsewhere
    for (const each of tuned) this.known.set(each.name, each)
  }

  send(order: Order): void {
    if (order.type === 'tuned' || order.type === 'forget-tuning' || order.type === 'tune')
      this.#linked.take(order)
  }

  finds(tuning: ModelTuning<Member>, tuned: TuningNews): void {
    this.known.set(tuned.name, tuned)
    tuning.told(this, tuned)
  }
}

interface Step {
  readonly kind: 'join' | 'leave' | 'find' | 'begin' | 'end' | 'unload'
  readonly member: number
  readonly name: 'a' | 'b'
  readonly made: boolean
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('join', 'join', 'leave', 'find', 'find', 'find', 'begin', 'end', 'unload'),
    member: fc.integer({ min: 0, max: 5 }),
    name: fc.constantFrom('a', 'b'),
    made: fc.constantFrom(true, false),
  }),
  { maxLength: 40 },
)

/** Servers that come and go, find out, and load anew. */
class Group {
  readonly tuning = new ModelTuning<Member>()
  readonly members: Member[] = []
  /** What everybody is to know. */
  readonly newest = new Map<string, TuningNews>()
  readonly #before = new Map<string, TuningNews | undefined>()
  #found = 0

  take({ kind, member, name, made }: Step): void {
    if (kind === 'join' || this.members.length === 0) this.members.push(new Member(this.tuning))
    else if (kind === 'leave') this.tuning.leave(this.members.splice(member % this.members.length, 1)[0]!)
    else if (kind === 'find') this.#find(this.members[member % this.members.length]!, name)
    else if (kind === 'begin' && !this.#before.has(name)) this.#begin(name)
    else if (kind === 'end' && this.#before.has(name)) this.#end(name, made)
  }

  endAll(): void {
    for (const name of [...this.#before.keys()]) this.#end(name, true)
  }

  #find(by: Member, name: string): void {
    this.#found += 1
    // A model that is loaded anew is another one.
    const tuned = news(name, { reason: `${this.#found}`, key: this.#before.has(name) ? 'new' : 'old' })
    by.finds(this.tuning, tuned)
    this.newest.set(name, tuned)
  }

  #begin(name: string): void {
    this.#before.set(name, this.newest.get(name))
    this.newest.delete(name)
    this.tuning.begin(name)
  }

  #end(name: string, made: boolean): void {
    const before = this.#before.get(name)
    this.#before.delete(name)
    if (made) {
      this.tuning.made(name)
      return
    }
    this.tuning.failed(name)
    if (before === undefined) this.newest.delete(name)
    else this.newest.set(name, before)
  }
}

describe('what one member finds out', () => {
  test('is known to all in the end, whoever comes or goes when; and one of them tunes', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const group = new Group()
        for (const step of taken) group.take(step)
        group.endAll()
        if (group.members.length === 0) return
        const late = new Member(group.tuning)
        for (const member of [...group.members, late]) {
          for (const [name, tuned] of group.newest) expect(member.known.get(name)).toEqual(tuned)
        }
        expect(group.members.map(({ tunes }) => tunes)).toEqual(group.members.map((_, index) => index === 0))
        expect(late.tunes).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  test('is not undone by a plan that was on its way when another member saw it fail', () => {
    const tuning = new ModelTuning<Member>()
    const [first, second] = [new Member(tuning), new Member(tuning)]
    first.finds(tuning, news('m'))
    const refusal = news('m', { facts: undefined, settled: true })
    second.finds(tuning, refusal)
    tuning.told(first, news('m', { settled: true }))
    expect([first, second, new Member(tuning)].map(({ known }) => known.get('m'))).toEqual([
      refusal,
      refusal,
      refusal,
    ])
    const another = news('m', { key: 'of another file' })
    tuning.told(first, another)
    expect(new Member(tuning).known.get('m')).toEqual(another)
  })

  test('is forgotten when the model is unloaded, and found out anew when it is loaded anew', () => {
    const tuning = new ModelTuning<Member>()
    const [first, second] = [new Member(tuning), new Member(tuning)]
    first.finds(tuning, news('m', { facts: undefined, settled: true }))
    tuning.begin('m')
    expect(second.known.size).toBe(0)
    // Before all have loaded it.
    first.finds(tuning, news('m'))
    tuning.made('m')
    expect(second.known.get('m')).toEqual(news('m'))
    expect(new Member(tuning).known.get('m')).toEqual(news('m'))
    tuning.forget('m')
    expect(new Member(tuning).known.size).toBe(0)
  })

  test('is kept for a server until it can follow', () => {
    const linked = new LinkedTuning()
    linked.take({ type: 'tuned', tuned: news('m') })
    linked.take({ type: 'tune' })
    const seen: unknown[] = []
    linked.follow({
      adopt: (tuned) => void seen.push(tuned),
      forget: () => {},
      tuneHere: () => void seen.push('tune'),
    })
    expect(seen).toEqual([news('m'), 'tune'])
  })
})
