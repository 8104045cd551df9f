import { LEVELS } from '../conformance-case.ts'
import { type CaseResult, type ReportCard, tallyOf } from './report-card.ts'

const MARKS = {
  pass: 'pass',
  fail: 'FAIL',
  skipped: 'skip',
  'not-applicable': 'n/a ',
  'not-run': '-   ',
} as const

/** A report for a terminal: the groups, and below each failure what is needed to see why. */
export function reportText(report: ReportCard): string {
  const groups = Map.groupBy(report.results, ({ group }) => group)
  return [
    ...headLines(report),
    ...[...groups].flatMap(([group, results]) => ['', group, ...results.flatMap(resultLines)]),
    '',
    ...summaryLines(report),
    '',
  ].join('\n')
}

function headLines({ url, grpc, server, modelName, model }: ReportCard): readonly string[] {
  const name =
    server === undefined ? 'a server that does not tell its name' : `${server.name} ${server.version}`
  const version = model?.version === undefined ? '' : `, version ${model.version}`
  return [
    `${url}${grpc === undefined ? '' : `, gRPC ${grpc}`}: ${name}`,
    `model ${modelName}${version}; extensions: ${server?.extensions.join(', ') || 'none'}`,
  ]
}

function resultLines(result: CaseResult): readonly string[] {
  const { id, level, outcome, title, reason, clause } = result
  const line = `  ${MARKS[outcome]}  ${id}  (${level})`
  if (outcome === 'pass') return [line]
  if (outcome !== 'fail') return [`${line}: ${reason ?? ''}`]
  return [
    line,
    `        ${title}.`,
    `        ${clause}`,
    `        ${reason ?? ''}`,
    ...indented('sent', result.sent),
    ...indented('received', result.received),
  ]
}

const MOST_LINES = 12

function indented(label: string, text: string | undefined): readonly string[] {
  if (text === undefined) return []
  const lines = text.split('\n')
  const rest = lines.length > MOST_LINES ? [`… (${lines.length} lines)`] : []
  return [`        ${label}:`, ...[...lines.slice(0, MOST_LINES), ...rest].map((line) => `          ${line}`)]
}

function summaryLines({ results, diedAfter }: ReportCard): readonly string[] {
  const lines = LEVELS.map((level) => {
    const { passed, failed, others } = tallyOf(results.filter((result) => result.level === level))
    return `${level.padEnd(10)} ${passed} passed, ${failed} failed, ${others} skipped or not applicable`
  })
  return diedAfter === undefined
    ? lines
    : [...lines, `The server does not answer any more: it ended in ${diedAfter}.`]
}
