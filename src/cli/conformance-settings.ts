import { GROUPS, type GroupName } from '../conformance/conformance-case.ts'
import { invalidParameter } from '../core/errors.ts'
import { flag, type SettingsOf, setting } from './setting.ts'
import { appended, oneOf, secondsToMs, text } from './values.ts'

/** The settings of `headrace conformance`. */
export const CONFORMANCE_SETTINGS = {
  model: setting<string | undefined>({
    flags: '--model <name>',
    default: undefined,
    defaultText: 'the first ready one of the index',
    help: 'Model to try',
    parse: text,
  }),
  modelVersion: setting<string | undefined>({
    flags: '--model-version <version>',
    default: undefined,
    defaultText: 'chosen by the server',
    help: 'Version to ask for in every path',
    parse: text,
  }),
  input: setting<string | undefined>({
    flags: '--input <file>',
    default: undefined,
    defaultText: 'made from the metadata of the model',
    help: 'JSON file with an inference request that the model takes',
    parse: text,
  }),
  grpc: setting<string | undefined>({
    flags: '--grpc <address>',
    default: undefined,
    help: 'host:port of the gRPC server, or grpcs://host:port with TLS; without it no case runs over gRPC',
    parse: text,
  }),
  headers: setting<readonly string[]>({
    flags: '--header <name: value>',
    default: [],
    help: 'Header of every request, such as a token; may be given several times',
    parse: header,
  }),
  groups: setting<readonly GroupName[]>({
    flags: '--group <name>',
    default: [],
    defaultText: 'all',
    help: `Group of cases to run; may be given several times: ${GROUPS.join(', ')}`,
    parse: (value, previous) => [...previous, oneOf(GROUPS)(value)],
  }),
  without: setting<readonly string[]>({
    flags: '--without <id>',
    default: [],
    help: 'Case to leave out; may be given several times: for a server that one of them ends',
    parse: appended,
  }),
  timeoutMs: setting({
    flags: '--timeout <seconds>',
    default: 30_000,
    defaultText: '30',
    help: 'Seconds after which a case has failed',
    parse: secondsToMs,
  }),
  control: flag({
    flags: '--control',
    help: 'Allow cases that load the model anew and unload it for a moment',
  }),
  strict: flag({
    flags: '--strict',
    help: 'Exit with 1 where anything failed, not only what the specification demands',
  }),
  json: flag({ flags: '--json', help: 'Print the report as JSON' }),
  markdown: flag({ flags: '--markdown', help: 'Print the report as a Markdown page' }),
  list: flag({ flags: '--list', help: 'Print the cases without running them' }),
}

export type ConformanceSettings = SettingsOf<typeof CONFORMANCE_SETTINGS>

function header(value: string, previous: readonly string[]): readonly string[] {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n]*$/.test(value)) throw invalidParameter('a header is name: value')
  return appended(value, previous)
}
