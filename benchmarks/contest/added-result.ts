import type { Absent, ContestantResult, LargestRate, ScenarioResult } from './result.ts'

/** What must be the same for rounds to be of one measurement; known before they are played. */
export type RunPlan = Pick<ScenarioResult, 'scenario' | 'date' | 'machine' | 'versions' | 'settings'>

/** @returns why rounds of `plan` must not stand beside those that are kept, in words; undefined where they may. */
export function whyNotAdded(kept: RunPlan, plan: RunPlan): string | undefined {
  const differences = [
    ...difference('machine', kept.machine.line, plan.machine.line),
    ...difference('day', dayOf(kept), dayOf(plan)),
    ...settingDifferences(kept, plan),
    ...Object.entries(plan.versions).flatMap(([name, version]) =>
      difference(name, kept.versions[name] ?? version, version),
    ),
  ]
  return differences.length === 0 ? undefined : differences.join('; ')
}

function difference(what: string, kept: string, planned: string): readonly string[] {
  return kept === planned ? [] : [`${what} ${kept} is kept, ${planned} would be added`]
}

/** In UTC, as dates are kept. */
function dayOf({ date }: RunPlan): string {
  return date.slice(0, 10)
}

/** Of all settings but the number of rounds. */
function settingDifferences(kept: RunPlan, plan: RunPlan): readonly string[] {
  const { rounds: _, ...others } = plan.settings
  const before = new Map<string, unknown>(Object.entries(kept.settings))
  return Object.entries(others).flatMap(([name, value]) =>
    difference(name, JSON.stringify(before.get(name)), JSON.stringify(value)),
  )
}

/** Rounds of a part after those that are kept, so that a long run can be done in parts. Of largest rates the largest counts. */
export function addedTo(kept: ScenarioResult, part: ScenarioResult): ScenarioResult {
  const contestants = joined(kept.contestants, part.contestants)
  return {
    ...part,
    versions: { ...kept.versions, ...part.versions },
    settings: { ...part.settings, rounds: Math.max(...contestants.map(({ rounds }) => rounds.length)) },
    contestants,
    absent: stillAbsent(kept.absent, part),
  }
}

function joined(
  kept: readonly ContestantResult[],
  part: readonly ContestantResult[],
): readonly ContestantResult[] {
  const more = new Map(part.map((one) => [keyOf(one), one]))
  const before = kept.map((one) => {
    const added = more.get(keyOf(one))
    return added === undefined ? one : withRounds(one, added)
  })
  const known = new Set(kept.map(keyOf))
  return [...before, ...part.filter((one) => !known.has(keyOf(one)))]
}

function withRounds(kept: ContestantResult, added: ContestantResult): ContestantResult {
  const largestRate = larger(kept.largestRate, added.largestRate)
  const halfLoads = [...(kept.halfLoads ?? []), ...(added.halfLoads ?? [])]
  return {
    ...added,
    rounds: [...kept.rounds, ...added.rounds],
    ...(largestRate && { largestRate }),
    ...(halfLoads.length > 0 && { halfLoads }),
  }
}

/** Whatever spoils a search makes it find less. */
function larger(one: LargestRate | undefined, other: LargestRate | undefined): LargestRate | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return other.perSecond > one.perSecond ? other : one
}

/** Those of the part, and of the earlier ones who did not take part this time. */
function stillAbsent(kept: readonly Absent[], part: ScenarioResult): readonly Absent[] {
  const told = new Set([...part.contestants, ...part.absent].map(keyOf))
  return [...kept.filter((one) => !told.has(keyOf(one))), ...part.absent]
}

function keyOf({ peer, config }: Pick<ContestantResult, 'peer' | 'config'>): string {
  return `${peer}:${config}`
}
