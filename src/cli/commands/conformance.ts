import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { authorizationOf, readServerUrl } from '../../client/server-url.ts'
import { LEVELS } from '../../conformance/conformance-case.ts'
import { isConformant, type ReportCard } from '../../conformance/report/report-card.ts'
import { reportMarkdown } from '../../conformance/report/report-markdown.ts'
import { reportText } from '../../conformance/report/report-text.ts'
import { casesOf, runConformance } from '../../conformance/run-conformance.ts'
import { readSampleRequest, type SampleRequest } from '../../conformance/sample-request.ts'
import { clauseText } from '../../conformance/specification.ts'
import { invalidParameter, messageOf } from '../../core/errors.ts'
import { CONFORMANCE_SETTINGS, type ConformanceSettings } from '../conformance-settings.ts'
import { addSettings } from '../setting.ts'
import { ofCall, usageError } from '../usage-error.ts'
import { version } from '../version.ts'

export function addConformanceCommand(program: Command): void {
  const command = program
    .command('conformance')
    .description('Tries whether a server does what the Open Inference Protocol says')
    .argument('[url]', 'http://host:port of any server, with a path before /v2 where it has one')
    .helpOption('--help', 'show this help')
    .action(async (url: string | undefined) => conformance(url, command.opts<ConformanceSettings>()))
  addSettings(command, CONFORMANCE_SETTINGS)
}

const FAILURE = 1

async function conformance(url: string | undefined, settings: ConformanceSettings): Promise<void> {
  if (settings.list) return print(listing(settings))
  if (url === undefined) throw usageError('No server is named: headrace conformance http://host:port')
  const server = ofCall(() => readServerUrl(url))
  const report = await runConformance({
    url: server.url,
    grpc: settings.grpc,
    headers: headersOf(settings, authorizationOf({}, server)),
    modelName: settings.model,
    modelVersion: settings.modelVersion,
    sample: settings.input === undefined ? undefined : await readSample(settings.input),
    groups: settings.groups,
    without: settings.without,
    timeoutMs: settings.timeoutMs,
    mayControl: settings.control,
    kitVersion: version(),
    onResult: (_, done, total) => showProgress(done, total),
  })
  print(formatted(report, settings))
  if (!isConformant(report, settings.strict)) process.exitCode = FAILURE
}

function print(text: string): void {
  process.stdout.write(text)
}

function formatted(report: ReportCard, { json, markdown }: ConformanceSettings): string {
  if (json) return `${JSON.stringify(report, undefined, 2)}\n`
  return markdown ? reportMarkdown(report) : reportText(report)
}

/** Of a terminal alone, and gone when the report comes. */
function showProgress(done: number, total: number): void {
  if (!process.stderr.isTTY) return
  process.stderr.write(done === total ? '\r\u001b[K' : `\r${done} of ${total} cases`)
}

function headersOf(
  { headers }: ConformanceSettings,
  authorization: string | undefined,
): Readonly<Record<string, string>> {
  const given = headers.map((header) => {
    const colon = header.indexOf(':')
    return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()] as const
  })
  return { ...(authorization === undefined ? {} : { authorization }), ...Object.fromEntries(given) }
}

async function readSample(path: string): Promise<SampleRequest> {
  try {
    return readSampleRequest(await readFile(path, 'utf8'))
  } catch (cause) {
    throw invalidParameter(`--input ${path}: ${messageOf(cause)}`)
  }
}

function listing(settings: ConformanceSettings): string {
  const width = Math.max(...LEVELS.map((level) => level.length))
  const lines = casesOf(settings).map(
    ({ id, level, title, clause }) => `${level.padEnd(width)}  ${id}\n    ${title}. ${clauseText(clause)}`,
  )
  return `${lines.join('\n')}\n`
}
