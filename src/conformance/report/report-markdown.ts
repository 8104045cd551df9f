import { LEVELS } from '../conformance-case.ts'
import { type CaseResult, type ReportCard, tallyOf } from './report-card.ts'

/** A report as a page. */
export function reportMarkdown(report: ReportCard): string {
  const groups = Map.groupBy(report.results, ({ group }) => group)
  return [
    `# ${report.server?.name ?? report.url} ${report.server?.version ?? ''}`.trim(),
    '',
    `Model \`${report.modelName}\`, ${report.startedAt.slice(0, 10)}, cases of Headrace ${report.kitVersion}.`,
    ...(report.diedAfter === undefined ? [] : ['', `**The server ended in ${report.diedAfter}.**`]),
    '',
    ...tallyTable(report.results),
    ...[...groups].flatMap(([group, results]) => ['', `## ${group}`, '', ...groupTable(results)]),
    '',
  ].join('\n')
}

function tallyTable(results: readonly CaseResult[]): readonly string[] {
  const rows = LEVELS.map((level) => {
    const { passed, failed, others } = tallyOf(results.filter((result) => result.level === level))
    return `| ${level} | ${passed} | ${failed} | ${others} |`
  })
  return ['| level | passed | failed | skipped or not applicable |', '|---|---|---|---|', ...rows]
}

function groupTable(results: readonly CaseResult[]): readonly string[] {
  const rows = results.map(
    ({ id, level, outcome, title, reason }) =>
      `| \`${id}\` | ${level} | ${outcome} | ${cell(title)} | ${cell(reason ?? '')} |`,
  )
  return ['| case | level | outcome | what must hold | found |', '|---|---|---|---|---|', ...rows]
}

/** Text of any kind within one cell. */
export function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;')
}
