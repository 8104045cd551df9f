import { readFileSync } from 'node:fs'
import { LEVELS } from '../src/conformance/conformance-case.ts'
import { type CaseResult, type ReportCard, tallyOf } from '../src/conformance/report/report-card.ts'
import { cell } from '../src/conformance/report/report-markdown.ts'
import { LEFT_OPEN, SERVERS, type TriedServer } from './conformance-servers.ts'

interface Tried extends TriedServer {
  readonly report: ReportCard
}

/** The text of `docs/open-inference-servers.md`, from the reports that `headrace conformance --json` wrote. */
export function conformancePage(): string {
  const tried = SERVERS.map((server) => ({ ...server, report: readReport(server.file) }))
  return [
    '# Servers of the Open Inference Protocol',
    '',
    'Made from the reports in `test/conformance/reports/` by `npm run docs`: what `headrace conformance` found of',
    'four servers ([conformance.md](conformance.md) says how it is run, and what the levels mean). must is what the',
    'specification says, should what clients rely on where it is silent, extension what a server announces itself.',
    '',
    ...summary(tried),
    '',
    '## Where the servers and the documents disagree',
    '',
    'Each case that failed for somebody. `·` passed, **x** failed, `-` was not tried there or does not apply; **ended**: the',
    'server was gone after it.',
    '',
    ...disagreements(tried),
    '',
    '## What is behind it',
    '',
    ...tried.flatMap(({ name, notes }) =>
      notes.length === 0 ? [] : [`**${name}**`, '', ...notes.map((note) => `- ${note}`), ''],
    ),
    '## What the documents leave open',
    '',
    'Cases take every reading that the text allows.',
    '',
    '| the documents | the cases |',
    '|---|---|',
    ...LEFT_OPEN.map(([text, reading]) => `| ${text} | ${reading} |`),
    '',
  ].join('\n')
}

function readReport(file: string): ReportCard {
  const url = new URL(`../test/conformance/reports/${file}.json`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8')) as ReportCard
}

function summary(tried: readonly Tried[]): readonly string[] {
  const rows = tried.map(({ name, report }) => {
    const counts = LEVELS.map((level) => tallyText(report.results.filter((result) => result.level === level)))
    const date = report.startedAt.slice(0, 10)
    return `| ${name} | \`${report.modelName}\` | ${report.grpc === undefined ? 'REST' : 'REST, gRPC'} | ${date} | ${counts.join(' | ')} |`
  })
  return [
    `| server | model | tried by | date | ${LEVELS.join(' | ')} |`,
    `|---|---|---|---|${'---|'.repeat(LEVELS.length)}`,
    ...rows,
    '',
    'passed of tried; what was skipped or does not apply is not counted.',
  ]
}

function tallyText(results: readonly CaseResult[]): string {
  const { passed, failed } = tallyOf(results)
  return `${passed} of ${passed + failed}`
}

function disagreements(tried: readonly Tried[]): readonly string[] {
  const [first] = tried
  const failed = (first?.report.results ?? []).filter(({ id }) =>
    tried.some(({ report }) => outcomeOf(report, id) === 'x'),
  )
  const others = tried
    .flatMap(({ report }) => report.results)
    .filter(({ id, outcome }) => outcome === 'fail' && !has(first, id))
  const cases = [...failed, ...others]
  return [
    `| case | level | what must hold | ${tried.map(({ name }) => name).join(' | ')} |`,
    `|---|---|---|${'---|'.repeat(tried.length)}`,
    ...cases.map(({ id, level, title }) => {
      const marks = tried.map(({ report, endedBy }) =>
        endedBy?.includes(id) ? '**ended**' : mark(outcomeOf(report, id)),
      )
      return `| \`${id}\` | ${level} | ${cell(title)} | ${marks.join(' | ')} |`
    }),
  ]
}

function has(tried: Tried | undefined, id: string): boolean {
  return tried?.report.results.some((result) => result.id === id) ?? false
}

function outcomeOf({ results }: ReportCard, id: string): 'x' | '·' | '-' {
  const outcome = results.find((result) => result.id === id)?.outcome
  if (outcome === 'fail') return 'x'
  return outcome === 'pass' ? '·' : '-'
}

function mark(outcome: string): string {
  return outcome === 'x' ? '**x**' : outcome
}
