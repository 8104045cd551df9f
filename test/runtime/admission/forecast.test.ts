import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { capacity, type SimulatedServer, Simulation } from './simulation.ts'

const SERVERS: Readonly<Record<string, SimulatedServer>> = {
  'one thread': { workers: 1, maxBatchRows: 1, runMs: 10, rowMs: 0, noise: 0.3 },
  'four threads': { workers: 4, maxBatchRows: 1, runMs: 45, rowMs: 0, noise: 0.1 },
  'short runs': { workers: 2, maxBatchRows: 1, runMs: 1, rowMs: 0, noise: 0.3 },
  'batches in one thread': { workers: 1, maxBatchRows: 32, runMs: 5, rowMs: 0.3, noise: 0.1 },
  'batches in four threads': { workers: 4, maxBatchRows: 32, runMs: 10, rowMs: 0.5, noise: 0.1 },
}

function fullRunMs({ runMs, rowMs, maxBatchRows }: SimulatedServer): number {
  return runMs + rowMs * maxBatchRows
}

/** About so many rows, and at least eight deadlines. */
function load(server: SimulatedServer, offered: number, deadlineMs: number, rows = 8_000) {
  const durationMs = Math.max(6 * deadlineMs, rows / (capacity(server) * offered))
  return { offered: () => offered, deadlineMs, durationMs }
}

describe.each(Object.entries(SERVERS))('%s', (_name, server) => {
  const deadlineMs = 30 * fullRunMs(server)

  test.each([1.5, 3, 5])(
    'offered %fx: works at its capacity, and answers in time what it took',
    (offered) => {
      const { goodput, accepted, late, stays } = new Simulation(server, 7).run(
        load(server, offered, deadlineMs),
      )
      expect(goodput).toBeGreaterThan(0.9)
      // The first deadline's worth comes into a server of which nothing is known.
      expect(late / accepted).toBeLessThan(offered > 3 ? 0.1 : 0.01)
      if (offered <= 3) expect(stays[Math.floor(stays.length * 0.99)]).toBeLessThan(deadlineMs)
    },
  )

  test.each([0.5, 0.7])('offered %fx: refuses nothing', (offered) => {
    const { refused, late } = new Simulation(server, 11).run(load(server, offered, deadlineMs))
    expect([refused, late]).toEqual([0, 0])
  })
})

test('a burst into a server that had little to do is taken, as far as it can be told', () => {
  const server = SERVERS['batches in four threads']!
  const simulation = new Simulation(server, 3)
  simulation.run(load(server, 0.02, 500, 300))
  const { refused, late } = simulation.run({
    offered: (now) => (Math.floor(now / 400) % 5 === 0 ? 3 : 0.02),
    deadlineMs: 1500,
    durationMs: 6000,
  })
  expect([refused, late]).toEqual([0, 0])
})

test('a step from little to three times too much is noticed before many are late', () => {
  const server = SERVERS['one thread']!
  const simulation = new Simulation(server, 5)
  simulation.run(load(server, 0.3, 300, 500))
  const { goodput, late, accepted } = simulation.run(load(server, 3, 300, 2000))
  expect(goodput).toBeGreaterThan(0.9)
  expect(late / accepted).toBeLessThan(0.05)
})

test.each([
  ['a row in twenty requests, the others large', 0.05, 1000],
  ['one request in a hundred is large', 0.99, 300],
])('%s: nothing is refused that could be answered', (_name, small, large) => {
  const simulation = new Simulation(SERVERS['batches in four threads']!, 13)
  const { refused, late } = simulation.run({
    offered: () => 0.6,
    deadlineMs: 20_000,
    durationMs: 30_000,
    rows: (random) => (random() < small ? 1 : large),
  })
  expect([refused, late]).toEqual([0, 0])
})

test.each([2, 3])('offered %fx in requests of 1 and of 64 rows: works at its capacity', (offered) => {
  const simulation = new Simulation(SERVERS['batches in four threads']!, 17)
  const { goodput, late, accepted } = simulation.run({
    offered: () => offered,
    deadlineMs: 1500,
    durationMs: 12_000,
    rows: (random) => (random() < 0.97 ? 1 : 64),
  })
  expect(goodput).toBeGreaterThan(0.85)
  expect(late / accepted).toBeLessThan(0.05)
})

test.each(Object.entries(SERVERS))(
  '%s: clients that leave, in a run or before, make nobody else late',
  (_name, server) => {
    const simulation = new Simulation(server, 19)
    const deadlineMs = 10 * fullRunMs(server)
    const leaving = {
      ...load(server, 3, deadlineMs),
      patienceMs: (random: () => number) =>
        random() < 0.5 ? random() * deadlineMs : Number.POSITIVE_INFINITY,
    }
    simulation.run(leaving)
    const { late, accepted } = simulation.run(leaving)
    expect(late / accepted).toBeLessThan(0.03)
    expect([simulation.admission.requests, simulation.admission.rows]).toEqual([0, 0])
  },
)

test('a slow time is refused through, and is over when it is over', () => {
  const server: SimulatedServer = {
    ...SERVERS['four threads']!,
    slowness: (now) => (now >= 5000 && now < 8000 ? 20 : 1),
  }
  const simulation = new Simulation(server, 9)
  expect(simulation.run({ offered: () => 0.7, deadlineMs: 1000, durationMs: 5000 }).refused).toBe(0)
  expect(simulation.run({ offered: () => 0.7, deadlineMs: 1000, durationMs: 3000 }).refused).toBeGreaterThan(
    10,
  )
  simulation.run({ offered: () => 0.7, deadlineMs: 1000, durationMs: 2500 })
  const after = simulation.run({ offered: () => 0.7, deadlineMs: 1000, durationMs: 5000 })
  expect([after.refused, after.late]).toEqual([0, 0])
})

test('any server, any load, any mix of sizes: nobody stays counted, and overload costs little', () => {
  fc.assert(
    fc.property(
      fc.record({
        workers: fc.integer({ min: 1, max: 4 }),
        maxBatchRows: fc.constantFrom(1, 4, 16),
        runMs: fc.integer({ min: 1, max: 40 }),
        rowMs: fc.constantFrom(0, 0.1, 1),
        noise: fc.constantFrom(0, 0.3),
      }),
      fc.constantFrom(0.5, 1, 2, 3, 5),
      fc.constantFrom(1, 3, 8),
      fc.integer(),
      (server, offered, largest, seed) => {
        const simulation = new Simulation(server, seed)
        const deadlineMs = 25 * Math.ceil(largest / server.maxBatchRows) * fullRunMs(server)
        const offer = {
          ...load(server, offered, deadlineMs, 2000 / largest),
          rows: (random: () => number) => 1 + Math.floor(random() * largest),
        }
        // The first deadline's worth comes into a server of which nothing is known.
        simulation.run(offer)
        const { goodput, accepted, late } = simulation.run(offer)
        expect([simulation.admission.requests, simulation.admission.rows]).toEqual([0, 0])
        expect(simulation.admission.predictedWaitMs).toBe(0)
        if (accepted > 300) expect(late / accepted).toBeLessThan(0.1)
        // Requests that do not divide a batch leave room in it.
        if (offered >= 2 && largest === 1) expect(goodput).toBeGreaterThan(0.85)
      },
    ),
    { numRuns: 20 },
  )
})
