import type { Scenario, SimulatedStep } from './simulated-test.ts'
import {
  betaBinomial,
  comingAndGoing,
  habitual,
  independent,
  normal,
  oneForMany,
  purchases,
  type Temper,
} from './simulated-users.ts'

/** Correlation of two outcomes of one user, by how many each has. */
const ICC = { 1: 0, 5: 0.2, 20: 0.33 } as const

type OutcomesOfUser = keyof typeof ICC

/** With no difference between the variants. */
export const WITHOUT_DIFFERENCE: readonly Scenario[] = [
  ...[0.01, 0.05, 0.2, 0.5].flatMap((rate) =>
    [0.1, 0.25, 0.5].flatMap((share) => ([1, 5, 20] as const).map((users) => rates(rate, share, users))),
  ),
  ...([1, 5, 20] as const).map((users) => canary('rising', [0.02, 0.05, 0.1], users)),
  canary('falling', [0.5, 0.2, 0.05], 5),
  alwaysTheSame(500, 0.5),
  alwaysTheSame(2000, 0.1),
  ...[0.07, 0.2, 0.6].map(heavyUser),
  {
    name: 'canary 5 % 20 % 50 %, rates 20 % 25 % 15 %, 2,000 users who come all the time, ICC 0.33',
    steps: [
      { from: 1, share: 0.05, means: [0.2, 0.2] },
      { from: 5001, share: 0.2, means: [0.25, 0.25] },
      { from: 10_001, share: 0.5, means: [0.15, 0.15] },
    ],
    users: (random) =>
      comingAndGoing({ random, temper: habitual(0.33), outcomes: Number.POSITIVE_INFINITY, present: 2000 }),
  },
  ...[0.1, 0.5].flatMap((share) => ([1, 5, 20] as const).map((users) => normals(share, users))),
  ...[0.1, 0.5].map((share) => money(share, [5, 5])),
]

/** With a difference, and the outcomes that a test of a fixed size needs for it: power 80 %, alpha 5 %, by `fixedSize`. */
export const WITH_DIFFERENCE: readonly (Scenario & { readonly fixed: number })[] = [
  different(0.5, [0.5, 0.55], 1),
  different(0.5, [0.05, 0.065], 1),
  different(0.1, [0.05, 0.08], 1),
  different(0.5, [0.08, 0.05], 1),
  different(0.25, [0.2, 0.25], 1),
  different(0.5, [0.2, 0.26], 5),
  different(0.5, [0.5, 0.6], 20),
]

/**
 * Outcomes of a test of a difference of rates that looks once: (z(0.975) + z(0.8))² (p_a q_a / (1 - share) + p_b q_b / share)
 * / difference², times the design effect 1 + (m - 1) ICC of m outcomes a user (Kish, "Survey sampling", 1965).
 */
function fixedSize(share: number, [a, b]: readonly [number, number], users: OutcomesOfUser): number {
  const variance = (a * (1 - a)) / (1 - share) + (b * (1 - b)) / share
  const designEffect = 1 + (users - 1) * ICC[users]
  return (((1.959964 + 0.841621) ** 2 * variance) / (b - a) ** 2) * designEffect
}

function rates(rate: number, share: number, users: OutcomesOfUser): Scenario {
  return {
    name: `rate ${percent(rate)}, share ${percent(share)}, ${outcomesOf(users)}`,
    steps: [{ from: 1, share, means: [rate, rate] }],
    users: (random) => comingAndGoing({ random, temper: ofRates(users), outcomes: users }),
  }
}

function different(
  share: number,
  means: readonly [number, number],
  users: OutcomesOfUser,
): Scenario & { readonly fixed: number } {
  return {
    name: `${percent(means[0])} against ${percent(means[1])}, share ${percent(share)}, ${outcomesOf(users)}`,
    steps: [{ from: 1, share, means }],
    users: (random) => comingAndGoing({ random, temper: ofRates(users), outcomes: users }),
    fixed: fixedSize(share, means, users),
    outcomes: 100_000,
  }
}

function canary(drift: string, means: readonly number[], users: OutcomesOfUser): Scenario {
  const steps: SimulatedStep[] = [1, 4001, 10_001].map((from, step) => ({
    from,
    share: [0.01, 0.1, 0.5][step]!,
    means: [means[step]!, means[step]!],
  }))
  return {
    name: `canary 1 % 10 % 50 %, ${drift} rates ${means.map(percent).join(' ')}, ${outcomesOf(users)}`,
    steps,
    users: (random) =>
      comingAndGoing({ random, temper: users === 1 ? independent : habitual(ICC[users]), outcomes: users }),
  }
}

function alwaysTheSame(users: number, share: number): Scenario {
  return {
    name: `rate 20 %, share ${percent(share)}, ${users} users who come all the time, ICC 0.33`,
    steps: [{ from: 1, share, means: [0.2, 0.2] }],
    users: (random) =>
      comingAndGoing({ random, temper: habitual(0.33), outcomes: Number.POSITIVE_INFINITY, present: users }),
  }
}

function heavyUser(part: number): Scenario {
  return {
    name: `rate 5 %, share 50 %, one user with ${percent(part)} of all outcomes`,
    steps: [{ from: 1, share: 0.5, means: [0.05, 0.05] }],
    users: (random) => oneForMany(random, part),
  }
}

function normals(share: number, users: OutcomesOfUser): Scenario {
  return {
    name: `normal around 1000, share ${percent(share)}, ${outcomesOf(users)}`,
    kind: 'numeric',
    steps: [{ from: 1, share, means: [1000, 1000] }],
    users: (random) => comingAndGoing({ random, temper: normal(ICC[users]), outcomes: users }),
  }
}

function money(share: number, means: readonly [number, number]): Scenario {
  return {
    name: `sums of money, nine of ten nothing, share ${percent(share)}`,
    kind: 'numeric',
    steps: [{ from: 1, share, means }],
    users: (random) => comingAndGoing({ random, temper: purchases }),
  }
}

function ofRates(users: OutcomesOfUser): Temper {
  return users === 1 ? independent : betaBinomial(ICC[users])
}

function outcomesOf(users: OutcomesOfUser): string {
  return users === 1 ? '1 outcome a user' : `${users} outcomes a user (ICC ${ICC[users]})`
}

function percent(part: number): string {
  return `${Number((100 * part).toFixed(1))} %`
}
