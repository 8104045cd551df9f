import { cell, figure, markdownTable, marked, NOTHING } from './figures-text.ts'
import type { Measured } from './measured.ts'
import { reaches, type Target, type Verdict } from './target.ts'

const COLUMNS = ['work', 'figure', 'target', 'measured', 'of', '']

/** What was reached of what was aimed at, each worked out from what is kept. */
export function targetsTable(targets: readonly Target[], measured: Measured): string {
  return markdownTable(
    COLUMNS,
    targets.map((target) => row(target, measured)),
    'words',
  )
}

function row(target: Target, measured: Measured): readonly string[] {
  const finding = target.find(measured)
  const verdict = verdictOn(target, measured, finding?.value)
  const shown = finding === undefined ? NOTHING : marked(finding.value, finding.disturbed)
  return [
    cell(target.work),
    cell(target.figure),
    `${target.side === 'least' ? '≥' : '≤'} ${figure(target.bound)}`,
    ...(verdict === 'not measurable' ? [NOTHING, NOTHING] : [shown, cell(finding?.from ?? NOTHING)]),
    verdict === 'reached' ? `**${verdict}**` : verdict,
  ]
}

function verdictOn(target: Target, measured: Measured, value: number | undefined): Verdict {
  const { scenario, serverCpus = 1 } = target
  const had = scenario === undefined ? undefined : measured.serverCpus(scenario)
  if (had !== undefined && had < serverCpus) return 'not measurable'
  if (value === undefined || Number.isNaN(value)) return 'not measured'
  return reaches(target, value) ? 'reached' : 'not reached'
}

/** Whether there is a figure for any. */
export function isAnyFound(targets: readonly Target[], measured: Measured): boolean {
  return targets.some((target) => target.find(measured) !== undefined)
}
